//! What can be fetched: for each set its mirrors, and for each file what its content must be.
//!
//! A further set is one more function here and one more line in [`all`].

/// Files that belong together and lie on the same mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// What is typed: `mnist`.
    pub name: String,
    /// What people call it: `MNIST`.
    pub title: String,
    /// Addresses of the folders that hold the files, best first.
    pub mirrors: Vec<String>,
    /// The files, in the order in which they are fetched.
    pub files: Vec<Wanted>,
    /// What lies on the mirrors instead of them: one tar archive, compressed with gzip, that holds them all.
    pub archive: Option<Wanted>,
}

/// One file: its name on the mirrors and on the disk, and what its content must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The file's name, without folders.
    pub name: String,
    /// How the content lies in the file.
    pub packing: Packing,
    /// How long the content is.
    pub size: Size,
    /// SHA-256 of the content in lower-case hexadecimal digits, if it is published.
    pub sha256: Option<String>,
}

/// No net of the labs has so many bytes of weights.
const MAX_WEIGHTS: u64 = 250_000_000;

/// How the content lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Plain,
    /// Compressed with gzip, in one member.
    Gzip,
}

/// How many bytes the content has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// This many.
    Exactly(u64),
    /// Not known, but no more than this many.
    AtMost(u64),
}

/// The set that is called `name`.
pub fn find(name: &str) -> Option<Set> {
    all().into_iter().find(|set| set.name == name)
}

/// All sets.
pub fn all() -> Vec<Set> {
    let nets = [("inception-v3", "Inception v3"), ("squeezenet1_0", "SqueezeNet"), ("resnet18", "ResNet-18")];
    let weights = nets.map(|(name, title)| weights(name, title));
    [mnist(), cifar10()].into_iter().chain(weights).collect()
}

/// Y. LeCun, C. Cortes, C. Burges: 70,000 handwritten digits, as IDX files.
fn mnist() -> Set {
    let files = [
        (
            "train-images-idx3-ubyte.gz",
            47_040_016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        (
            "train-labels-idx1-ubyte.gz",
            60_008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        (
            "t10k-images-idx3-ubyte.gz",
            7_840_016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        (
            "t10k-labels-idx1-ubyte.gz",
            10_008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ];
    Set {
        name: "mnist".to_owned(),
        title: "MNIST".to_owned(),
        mirrors: vec![
            "https://ossci-datasets.s3.amazonaws.com/mnist/".to_owned(),
            "https://storage.googleapis.com/cvdf-datasets/mnist/".to_owned(),
        ],
        files: files.map(|(name, size, sha256)| Wanted::gzip(name, size, sha256)).to_vec(),
        archive: None,
    }
}

/// A. Krizhevsky: 60,000 small pictures in colour of ten kinds of things, as records of a label and its pixels.
fn cifar10() -> Set {
    const BATCH: u64 = 10_000 * (1 + 3 * 32 * 32);
    let files = [
        ("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
        ("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
        ("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
        ("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
        ("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
        ("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
    ];
    let sum = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";
    Set {
        name: "cifar10".to_owned(),
        title: "CIFAR-10".to_owned(),
        mirrors: vec!["https://www.cs.toronto.edu/~kriz/".to_owned()],
        files: files.map(|(name, sha256)| Wanted::plain(name, BATCH, sha256)).to_vec(),
        archive: Some(Wanted::plain("cifar-10-binary.tar.gz", 170_052_171, sum)),
    }
}

/// What a net of tch has learned from ImageNet, as tch's authors publish it: without sums, so that its user must look
/// whether the tensors are the net's.
fn weights(name: &str, title: &str) -> Set {
    let file = format!("{name}.ot");
    let wanted = Wanted { size: Size::AtMost(MAX_WEIGHTS), sha256: None, ..Wanted::plain(&file, 0, "") };
    Set {
        name: name.to_owned(),
        title: format!("The weights of {title}"),
        mirrors: vec!["https://github.com/LaurentMazare/tch-rs/releases/download/mw/".to_owned()],
        files: vec![wanted],
        archive: None,
    }
}

impl Wanted {
    /// A file of `size` bytes and the sum `sha256`.
    pub fn plain(name: &str, size: u64, sha256: &str) -> Self {
        Self { packing: Packing::Plain, ..Self::gzip(name, size, sha256) }
    }

    /// A gzip file whose content has `size` bytes and the sum `sha256`; how it was compressed does not matter.
    pub fn gzip(name: &str, size: u64, sha256: &str) -> Self {
        Self {
            name: name.to_owned(),
            packing: Packing::Gzip,
            size: Size::Exactly(size),
            sha256: Some(sha256.to_owned()),
        }
    }

    /// More bytes than this cannot be the file.
    pub fn most_bytes(&self) -> u64 {
        let content = self.size.most();
        match self.packing {
            Packing::Plain => content,
            // What cannot be compressed grows by 5 bytes per block of 16 KiB or more, and by the header.
            Packing::Gzip => content + content / 1000 + 1024,
        }
    }
}

impl Size {
    /// More bytes of content than this are too many.
    pub fn most(self) -> u64 {
        match self {
            Self::Exactly(bytes) | Self::AtMost(bytes) => bytes,
        }
    }
}
