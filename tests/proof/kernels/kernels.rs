//! Kernels for the cost of the injected checks. Each takes how often to run
//! and answers a checksum, so that no compiler can leave the work out.
//!
//!     rustc --target wasm32-unknown-unknown -O --crate-type cdylib \
//!       -C target-feature=+simd128,+bulk-memory -C panic=abort \
//!       -C link-arg=--strip-all kernels.rs
#![no_std]

use core::arch::wasm32::*;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unreachable()
}

static mut BYTES: [u8; 1 << 20] = [0; 1 << 20];
static mut WORDS: [u32; 1 << 16] = [0; 1 << 16];

fn bytes() -> &'static mut [u8; 1 << 20] {
    unsafe { &mut *core::ptr::addr_of_mut!(BYTES) }
}

fn words() -> &'static mut [u32; 1 << 16] {
    unsafe { &mut *core::ptr::addr_of_mut!(WORDS) }
}

fn next(seed: &mut u32) -> u32 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    *seed
}

#[no_mangle]
pub extern "C" fn collatz(n: u32) -> u32 {
    let mut steps = 0u32;
    for start in 1..n * 1000 {
        let mut x = start as u64;
        while x != 1 {
            x = if x & 1 == 0 { x >> 1 } else { 3 * x + 1 };
            steps = steps.wrapping_add(1);
        }
    }
    steps
}

#[inline(never)]
fn fib(n: u32) -> u32 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}

#[no_mangle]
pub extern "C" fn fibonacci(n: u32) -> u32 {
    (0..n).fold(0, |sum, _| sum.wrapping_add(fib(20)))
}

fn queens(row: u32, columns: u32, left: u32, right: u32) -> u32 {
    if row == 0 {
        return 1;
    }
    let mut free = !(columns | left | right) & 0xff;
    let mut found = 0;
    while free != 0 {
        let bit = free & free.wrapping_neg();
        free ^= bit;
        found += queens(row - 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    found
}

#[no_mangle]
pub extern "C" fn eight_queens(n: u32) -> u32 {
    (0..n).fold(0, |sum, i| sum + queens(8, 0, i & 0x100, 0))
}

type Step = fn(u32) -> u32;
static STEPS: [Step; 4] = [
    |x| x.wrapping_mul(31),
    |x| x ^ (x >> 3),
    |x| x.wrapping_add(0x9e37),
    |x| x.rotate_left(7),
];

#[no_mangle]
pub extern "C" fn indirect_calls(n: u32) -> u32 {
    let mut x = n;
    for i in 0..n * 1000 {
        x = STEPS[((x ^ i) & 3) as usize](x);
    }
    x
}

#[no_mangle]
pub extern "C" fn memory_streaming(n: u32) -> u32 {
    let words = words();
    let mut sum = 0u32;
    for round in 0..n {
        for word in words.iter_mut() {
            *word = word.wrapping_mul(3).wrapping_add(round);
            sum ^= *word;
        }
    }
    sum
}

#[no_mangle]
pub extern "C" fn byte_histogram(n: u32) -> u32 {
    let data = bytes();
    let counts = words();
    for round in 0..n {
        for byte in data.iter_mut().take(1 << 16) {
            counts[*byte as usize] = counts[*byte as usize].wrapping_add(1);
            *byte = byte.wrapping_add(round as u8 | 1);
        }
    }
    counts[7]
}

#[no_mangle]
pub extern "C" fn simd_dot(n: u32) -> u32 {
    let words = words();
    let mut sum = i32x4_splat(0);
    for round in 0..n {
        let factor = i32x4_splat(round as i32 | 1);
        for chunk in words.chunks_exact(4) {
            let value = unsafe { v128_load(chunk.as_ptr() as *const v128) };
            sum = i32x4_add(sum, i32x4_mul(value, factor));
        }
    }
    i32x4_extract_lane::<0>(sum) as u32 ^ i32x4_extract_lane::<3>(sum) as u32
}

const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut w = [0u32; 64];
    for (word, four) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
    }
    for i in 16..64 {
        let a = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
        let b = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16].wrapping_add(a).wrapping_add(w[i - 7]).wrapping_add(b);
    }
    let mut s = *state;
    for i in 0..64 {
        let e = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
        let choice = (s[4] & s[5]) ^ (!s[4] & s[6]);
        let one = s[7].wrapping_add(e).wrapping_add(choice)
            .wrapping_add(K[i]).wrapping_add(w[i]);
        let a = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
        let most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        s = [one.wrapping_add(a.wrapping_add(most)), s[0], s[1], s[2],
            s[3].wrapping_add(one), s[4], s[5], s[6]];
    }
    for (total, part) in state.iter_mut().zip(s) {
        *total = total.wrapping_add(part);
    }
}

#[no_mangle]
pub extern "C" fn sha256(n: u32) -> u32 {
    let mut state = [n, 1, 2, 3, 4, 5, 6, 7];
    for _ in 0..n {
        for block in bytes()[..1 << 14].chunks_exact(64) {
            compress(&mut state, block);
        }
    }
    state[0]
}

/// A byte code: 0 add, 1 subtract, 2 jump back while not zero, 3 xor, 4 end.
static PROGRAM: [(u8, u32); 6] = [(0, 7), (3, 0x55), (0, 3), (1, 1), (2, 0), (4, 0)];

#[no_mangle]
pub extern "C" fn interpreter(n: u32) -> u32 {
    let (mut at, mut value, mut count) = (0usize, 0u32, n * 1000);
    loop {
        let (code, operand) = unsafe { *PROGRAM.get_unchecked(at) };
        at += 1;
        match code {
            0 => value = value.wrapping_add(operand),
            1 => count = count.wrapping_sub(operand),
            2 => if count != 0 { at = operand as usize },
            3 => value ^= operand,
            _ => return value,
        }
    }
}

fn quick_sort(items: &mut [u32]) {
    if items.len() < 2 {
        return;
    }
    let pivot = items[items.len() / 2];
    let (mut low, mut high) = (0isize, items.len() as isize - 1);
    while low <= high {
        while items[low as usize] < pivot { low += 1 }
        while items[high as usize] > pivot { high -= 1 }
        if low <= high {
            items.swap(low as usize, high as usize);
            low += 1;
            high -= 1;
        }
    }
    quick_sort(&mut items[..(high + 1) as usize]);
    quick_sort(&mut items[low as usize..]);
}

#[no_mangle]
pub extern "C" fn sort(n: u32) -> u32 {
    let items = &mut words()[..8192];
    let mut seed = 0x1234567;
    for _ in 0..n {
        for item in items.iter_mut() {
            *item = next(&mut seed);
        }
        quick_sort(items);
    }
    items[100]
}

static mut MATRICES: [[f64; 64 * 64]; 3] = [[0.0; 64 * 64]; 3];

#[no_mangle]
pub extern "C" fn matrix_product(n: u32) -> u32 {
    let [a, b, c] = unsafe { &mut *core::ptr::addr_of_mut!(MATRICES) };
    a.fill(1.5);
    b.fill(0.25);
    for _ in 0..n {
        for i in 0..64 {
            for j in 0..64 {
                let mut sum = 0.0;
                for k in 0..64 {
                    sum += a[i * 64 + k] * b[k * 64 + j];
                }
                c[i * 64 + j] = sum * 0.01;
            }
        }
        a[5] = c[9];
    }
    c[77] as u32
}

#[no_mangle]
pub extern "C" fn string_search(n: u32) -> u32 {
    let text = &mut bytes()[..1 << 16];
    let mut seed = 99;
    for byte in text.iter_mut() {
        *byte = b'a' + (next(&mut seed) % 3) as u8;
    }
    let needle = b"abcabcab";
    let mut found = 0;
    for round in 0..n as usize {
        found += text[round & 7..].windows(needle.len())
            .filter(|window| window == needle).count() as u32;
    }
    found
}

#[no_mangle]
pub extern "C" fn mandelbrot(n: u32) -> u32 {
    let mut inside = 0;
    for i in 0..n * 100 {
        let (cx, cy) = ((i % 97) as f64 / 48.0 - 1.5, (i % 89) as f64 / 44.0 - 1.0);
        let (mut x, mut y, mut steps) = (0.0, 0.0, 0);
        while x * x + y * y < 4.0 && steps < 100 {
            (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
            steps += 1;
        }
        inside += steps;
    }
    inside
}
