/* The discrete Fourier transform of 1024 complex numbers as 32 times 32, and of 2048 real ones by it.

   J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series",
   Mathematics of Computation 19 (1965). A transform of 32 is 8 times 4 and stays in the first cache; the second
   is passed through twice. Included once in single and once in double precision: `real` is a number, `vec` a
   vector of them, `NAME(x)` the name of x in this precision. */

typedef struct {
    real turn_re[1024], turn_im[1024]; /* exp(-2 pi i j k / 1024) at 32 j + k */
    real half_re[513], half_im[513];   /* exp(-2 pi i k / 2048) */
    real window[2048];
} NAME(fft_table);

static void NAME(fill_table)(NAME(fft_table) *table) {
    const double pi = 3.14159265358979323846;
    for (int j = 0; j < 32; j++)
        for (int k = 0; k < 32; k++) {
            table->turn_re[32 * j + k] = (real)cos(2 * pi * j * k / 1024);
            table->turn_im[32 * j + k] = (real)-sin(2 * pi * j * k / 1024);
        }
    for (int k = 0; k <= 512; k++) {
        table->half_re[k] = (real)cos(pi * k / 1024);
        table->half_im[k] = (real)-sin(pi * k / 1024);
    }
    for (int n = 0; n < 2048; n++) table->window[n] = (real)(0.5 - 0.5 * cos(pi * n / 1024));
}

/* Transforms of 4 and of 8, in place. */
static inline ALWAYS void NAME(four)(vec *r0, vec *i0, vec *r1, vec *i1, vec *r2, vec *i2, vec *r3, vec *i3) {
    const vec ar = *r0 + *r2, ai = *i0 + *i2, br = *r0 - *r2, bi = *i0 - *i2;
    const vec cr = *r1 + *r3, ci = *i1 + *i3, dr = *r1 - *r3, di = *i1 - *i3;
    *r0 = ar + cr, *i0 = ai + ci;
    *r1 = br + di, *i1 = bi - dr;
    *r2 = ar - cr, *i2 = ai - ci;
    *r3 = br - di, *i3 = bi + dr;
}

static inline ALWAYS void NAME(eight)(vec *r, vec *i, int step) {
    const real half = (real)0.70710678118654752440;
    vec r0 = r[0], r1 = r[2 * step], r2 = r[4 * step], r3 = r[6 * step];
    vec i0 = i[0], i1 = i[2 * step], i2 = i[4 * step], i3 = i[6 * step];
    NAME(four)(&r0, &i0, &r1, &i1, &r2, &i2, &r3, &i3);
    vec s0 = r[step], s1 = r[3 * step], s2 = r[5 * step], s3 = r[7 * step];
    vec j0 = i[step], j1 = i[3 * step], j2 = i[5 * step], j3 = i[7 * step];
    NAME(four)(&s0, &j0, &s1, &j1, &s2, &j2, &s3, &j3);
    const vec t1 = (s1 + j1) * half, k1 = (j1 - s1) * half;
    const vec t3 = (j3 - s3) * half, k3 = -(s3 + j3) * half;
    r[0] = r0 + s0, i[0] = i0 + j0, r[4 * step] = r0 - s0, i[4 * step] = i0 - j0;
    r[step] = r1 + t1, i[step] = i1 + k1, r[5 * step] = r1 - t1, i[5 * step] = i1 - k1;
    r[2 * step] = r2 + j2, i[2 * step] = i2 - s2, r[6 * step] = r2 - j2, i[6 * step] = i2 + s2;
    r[3 * step] = r3 + t3, i[3 * step] = i3 + k3, r[7 * step] = r3 - t3, i[7 * step] = i3 - k3;
}

/* A transform of 32: element 4 a + b first over a, then over b; the answer c + 8 d lies at 4 c + d. */
static inline ALWAYS void NAME(thirty_two)(vec *r, vec *i, const NAME(fft_table) *table) {
    for (int b = 0; b < 4; b++) NAME(eight)(r + b, i + b, 4);
    for (int c = 0; c < 8; c++) {
        vec *x = r + 4 * c, *y = i + 4 * c;
        if (c)
            for (int b = 1; b < 4; b++) { /* exp(-2 pi i b c / 32) = exp(-2 pi i (8 b) (4 c) / 1024) */
                const real tr = table->turn_re[32 * (8 * b) + 4 * c], ti = table->turn_im[32 * (8 * b) + 4 * c];
                const vec re = x[b] * tr - y[b] * ti;
                y[b] = x[b] * ti + y[b] * tr;
                x[b] = re;
            }
        NAME(four)(x, y, x + 1, y + 1, x + 2, y + 2, x + 3, y + 3);
    }
}

/* Second half of a transform: from the rows that the first half left to natural order. Of each 32 answers only those
   in the places low .. high, and as far from the end, are made. */
static inline ALWAYS void NAME(second_pass_of)(const NAME(fft_table) *table, const real *from_re, const real *from_im,
                                               real *to_re, real *to_im, const int low, const int high) {
    for (int k = 0; k < 32; k++)
        for (int lane = 0; lane < LANES; lane += VEC) {
            vec r[32], i[32];
            for (int n = 0; n < 32; n++) {
                r[n] = NAME(load)(from_re + PLACE(32 * k + n) + lane);
                i[n] = NAME(load)(from_im + PLACE(32 * k + n) + lane);
            }
            NAME(thirty_two)(r, i, table);
            for (int c = 0; c < 8; c++)
                for (int d = 0; d < 4; d++) {
                    const int place = c + 8 * d;
                    if ((place < low || place > high) && (place < 31 - high || place > 31 - low)) continue;
                    NAME(store)(to_re + PLACE(k + 32 * place) + lane, r[4 * c + d]);
                    NAME(store)(to_im + PLACE(k + 32 * place) + lane, i[4 * c + d]);
                }
        }
}

static void NAME(second_pass)(const NAME(fft_table) *table, const real *from_re, const real *from_im, real *to_re,
                              real *to_im) {
    NAME(second_pass_of)(table, from_re, from_im, to_re, to_im, 0, 31);
}

/* First half, of numbers at hand in r and i: column n of the 32 by 32. */
static inline ALWAYS void NAME(first_pass)(const NAME(fft_table) *table, vec *r, vec *i, int n, real *to_re,
                                           real *to_im, int lane) {
    NAME(thirty_two)(r, i, table);
    for (int c = 0; c < 8; c++)
        for (int d = 0; d < 4; d++) {
            const int k = c + 8 * d;
            const real tr = table->turn_re[32 * k + n], ti = table->turn_im[32 * k + n];
            const vec re = r[4 * c + d], im = i[4 * c + d];
            NAME(store)(to_re + PLACE(32 * k + n) + lane, re * tr - im * ti);
            NAME(store)(to_im + PLACE(32 * k + n) + lane, re * ti + im * tr);
        }
}

#ifdef INVERSE
/* Transform rows in natural order; swapping re and im on both sides makes it the inverse, times 1024. */
static void NAME(transform)(const NAME(fft_table) *table, real *re, real *im, real *spare_re, real *spare_im) {
    for (int n = 0; n < 32; n++)
        for (int lane = 0; lane < LANES; lane += VEC) {
            vec r[32], i[32];
            for (int k = 0; k < 32; k++) {
                r[k] = NAME(load)(re + PLACE(32 * k + n) + lane);
                i[k] = NAME(load)(im + PLACE(32 * k + n) + lane);
            }
            NAME(first_pass)(table, r, i, n, spare_re, spare_im, lane);
        }
    NAME(second_pass)(table, spare_re, spare_im, re, im);
}
#endif

/* The same of windowed frames: lane l is the frame that begins at hop l of `hops`, whose row n holds sample n
   of every hop. Samples 2 n and 2 n + 1 are the real and the imaginary part. */
static void NAME(transform_frames)(const NAME(fft_table) *table, const float *hops, real *re, real *im,
                                   real *spare_re, real *spare_im) {
    for (int n = 0; n < 32; n++)
        for (int lane = 0; lane < LANES; lane += VEC) {
            vec r[32], i[32];
            for (int k = 0; k < 32; k++) {
                const int at = 2 * (32 * k + n);
                const float *row = hops + (at % HOP) * HOP_ROW + at / HOP + lane;
                r[k] = NAME(widen)(row) * table->window[at];
                i[k] = NAME(widen)(row + HOP_ROW) * table->window[at + 1];
            }
            NAME(first_pass)(table, r, i, n, spare_re, spare_im, lane);
        }
    NAME(second_pass)(table, spare_re, spare_im, re, im);
}
