//! Where the squares of a map are in a figure.

/// Left, top, width and height in pixels; y goes down.
pub type Rect = [i32; 4];

/// Where the squares of a map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Left and top.
    pub at: (i32, i32),
    /// Rows and columns.
    pub size: [usize; 2],
    /// Width and height of a square.
    pub side: [i32; 2],
}

impl Grid {
    /// A grid whose squares are as large as fits into `room` by `room`, and at most `most`.
    pub fn within(at: (i32, i32), size: [usize; 2], room: i32, most: i32) -> Self {
        Self { at, size, side: [most.min(room / size[0].max(size[1]) as i32).max(1); 2] }
    }

    /// The whole grid.
    pub fn outer(&self) -> Rect {
        self.block([0, 0], self.size)
    }

    /// Some rows and columns of it, from a corner.
    pub fn block(&self, [row, column]: [usize; 2], [rows, columns]: [usize; 2]) -> Rect {
        let [w, h] = self.side;
        [self.at.0 + column as i32 * w, self.at.1 + row as i32 * h, columns as i32 * w, rows as i32 * h]
    }

    /// Right edge and bottom.
    pub fn end(&self) -> [i32; 2] {
        let [x, y, w, h] = self.outer();
        [x + w, y + h]
    }

    /// The type size in which a text of so many times that width fits a square; zero if nobody could read it.
    pub fn type_size(&self, widest: f64) -> i32 {
        let [w, h] = self.side.map(f64::from);
        let size = (0.42 * h).min(0.88 * w / widest.max(1.1));
        if size < SMALLEST_NUMBER { 0 } else { size.min(LARGEST_NUMBER) as i32 }
    }
}

/// Numbers smaller than this, in pixels, are left out: nobody could read them.
const SMALLEST_NUMBER: f64 = 9.0;
const LARGEST_NUMBER: f64 = 40.0;
