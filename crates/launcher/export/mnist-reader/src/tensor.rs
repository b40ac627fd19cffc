//! Numbers with a shape, and what a small network does with them, under the names that tch gives them.
//!
//! A function that your network uses and that is not here is quickly written: `relu` is the model.

/// The kind of numbers; there is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Float,
}

/// Numbers in a shape such as [n, c, h, w], the last axis running fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<i64>,
    values: Vec<f32>,
}

impl Tensor {
    /// A tensor of these values; `shape` says how many there are.
    pub fn new(shape: &[i64], values: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<i64>() as usize, values.len(), "values for shape {shape:?}");
        Self { shape: shape.to_vec(), values }
    }

    pub fn size(&self) -> Vec<i64> {
        self.shape.clone()
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }

    pub fn shallow_clone(&self) -> Self {
        self.clone()
    }

    pub fn relu(&self) -> Self {
        self.each(|x| x.max(0.0))
    }

    pub fn leaky_relu(&self) -> Self {
        self.each(|x| if x > 0.0 { x } else { 0.01 * x })
    }

    pub fn tanh(&self) -> Self {
        self.each(f32::tanh)
    }

    pub fn sigmoid(&self) -> Self {
        self.each(|x| 1.0 / (1.0 + (-x).exp()))
    }

    /// Leaves all as it is: nothing is trained here.
    pub fn dropout(&self, _part: f64, _train: bool) -> Self {
        self.clone()
    }

    pub fn max_pool2d_default(&self, side: i64) -> Self {
        self.pool(side, |window| window.fold(f32::NEG_INFINITY, f32::max))
    }

    /// The sum of each window, and not its mean: tch's function of this name divides by 1.
    pub fn avg_pool2d_default(&self, side: i64) -> Self {
        self.pool(side, |window| window.sum::<f32>())
    }

    pub fn flatten(&self, start: i64, end: i64) -> Self {
        let axis = |index: i64| if index < 0 { index + self.shape.len() as i64 } else { index } as usize;
        let (start, end) = (axis(start), axis(end));
        let middle = self.shape[start..=end].iter().product();
        let shape = [&self.shape[..start], &[middle], &self.shape[end + 1..]].concat();
        Self { shape, values: self.values.clone() }
    }

    pub fn flat_view(&self) -> Self {
        self.flatten(1, -1)
    }

    /// Along the last axis, the only one that is known here.
    pub fn softmax(&self, dim: i64, _kind: Kind) -> Self {
        let last = self.shape.len() as i64 - 1;
        assert!(dim == -1 || dim == last, "softmax is only written for the last axis");
        let mut values = self.values.clone();
        for row in values.chunks_mut(self.shape[last as usize] as usize) {
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter_mut().for_each(|x| *x = (*x - largest).exp());
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|x| *x /= sum);
        }
        Self { shape: self.shape.clone(), values }
    }

    /// For images [n, c, h, w] and filters [out, c, k, k]: the maps, [n, out, rows, columns].
    pub fn conv2d(&self, ws: &Self, bs: Option<&Self>, stride: i64, padding: i64) -> Self {
        let [n, channels, h, w] = self.axes();
        let [filters, of, k, _] = ws.axes();
        assert_eq!(channels, of, "channels of the images and of the filters");
        let (stride, padding) = (stride as usize, padding as usize);
        let [rows, columns] = [h, w].map(|side| (side + 2 * padding - k) / stride + 1);
        let mut values = Vec::with_capacity(n * filters * rows * columns);
        for image in self.values.chunks(channels * h * w) {
            for (f, filter) in ws.values.chunks(channels * k * k).enumerate() {
                let first = bs.map_or(0.0, |bs| bs.values[f]);
                for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i * stride, j * stride))) {
                    let mut sum = first;
                    for (kernel, map) in filter.chunks(k * k).zip(image.chunks(h * w)) {
                        // What the padding adds is 0: only rows and columns of the image count.
                        for a in padding.saturating_sub(i)..k.min(h + padding - i) {
                            for b in padding.saturating_sub(j)..k.min(w + padding - j) {
                                sum += kernel[a * k + b] * map[(i + a - padding) * w + j + b - padding];
                            }
                        }
                    }
                    values.push(sum);
                }
            }
        }
        Self::new(&[n, filters, rows, columns].map(|side| side as i64), values)
    }

    /// For rows [n, in] and weights [out, in]: [n, out].
    pub fn linear(&self, ws: &Self, bs: Option<&Self>) -> Self {
        let (&[n, inputs], &[outputs, of]) = (self.shape.as_slice(), ws.shape.as_slice()) else {
            panic!("a linear layer takes rows [n, numbers], and these are {:?}", self.shape)
        };
        assert_eq!(inputs, of, "numbers for each image and numbers that a linear layer takes");
        let mut values = Vec::new();
        for row in self.values.chunks(inputs as usize) {
            for (o, weights) in ws.values.chunks(inputs as usize).enumerate() {
                let sum: f32 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
                values.push(sum + bs.map_or(0.0, |bs| bs.values[o]));
            }
        }
        Self::new(&[n, outputs], values)
    }

    fn each(&self, function: impl Fn(f32) -> f32) -> Self {
        Self { shape: self.shape.clone(), values: self.values.iter().map(|x| function(*x)).collect() }
    }

    fn axes(&self) -> [usize; 4] {
        let sides: Vec<usize> = self.shape.iter().map(|&side| side as usize).collect();
        sides.try_into().unwrap_or_else(|_| panic!("four axes are wanted, and there are {:?}", self.shape))
    }

    fn pool(&self, side: i64, of: impl Fn(&mut dyn Iterator<Item = f32>) -> f32) -> Self {
        let [n, c, h, w] = self.axes();
        let side = side as usize;
        let (rows, columns) = (h / side, w / side);
        let mut values = Vec::with_capacity(n * c * rows * columns);
        for map in self.values.chunks(h * w) {
            for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i * side, j * side))) {
                let mut window = (0..side * side).map(|at| map[(i + at / side) * w + j + at % side]);
                values.push(of(&mut window));
            }
        }
        Self::new(&[n, c, rows, columns].map(|side| side as i64), values)
    }
}
