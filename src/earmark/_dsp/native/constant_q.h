/* One octave of the constant-Q transform, 36 filters on frames of 1024 samples, as energy per pitch class.

   The filters are real weights of a few of a frame's Fourier coefficients, seen from the middle of the filters:

       X(k) = sum over n of y(n) exp(-i t (n - 512.5)),  t = 2 pi k / 1024.

   Frames far apart are transformed, two as the real and the imaginary part of one. Frames that overlap much share
   what they have in common: coefficients of blocks as long as the hop, which two by two, then four by four, give
   those of longer ones, without ever taking away what was added, for after a loud moment that would leave
   its rounding. */
#ifndef EARMARK_CONSTANT_Q_H
#define EARMARK_CONSTANT_Q_H

#include "measure.h"
#include "spectrum.h"

#define FRAME 1024
#define FAR 256          /* hops from here on: a transform is quicker */
#define TILE 3           /* coefficients at a time: their sums stay in registers */
#define BLOCK_ROW (EM_BLOCKS + LANES)
#define FAR_BLOCKS 144   /* of 512 samples, for 128 frames */
#define ROW_ROOM (512 * (FAR_BLOCKS + LANES))
#define NEAR_SAMPLES 32768 /* of a chunk of near frames: 128 KiB */

enum { EM_BLOCKS = 512 };

typedef struct em_constant_q {
    float cosine[2048];                       /* of 2 pi i / 2048 */
    float padded[512 * FAR_BLOCKS];           /* samples of a chunk that the signal does not fill */
    float rows[ROW_ROOM];                     /* sample n of every block */
    float wave[EM_BAND / TILE][FAR / 4][2][TILE]; /* cosines and sines about the middle of a block */
    float bins[EM_BAND][2][BLOCK_ROW];        /* real and imaginary parts, a column for every block or frame */
} em_constant_q;

static em_constant_q *constant_q_memory(em_memory *m) {
    if (m->constant_q) return m->constant_q;
    em_constant_q *q = m->constant_q = aligned_memory(sizeof *q);
    if (!q) return NULL;
    memset(q, 0, sizeof *q);
    for (int i = 0; i < 2048; i++) q->cosine[i] = (float)cos(3.14159265358979323846 * i / 1024);
    return q;
}

/* Cosine and sine of i / 2048 of a turn. */
static inline float cosine_of(const em_constant_q *q, int i) { return q->cosine[i & 2047]; }
static inline float sine_of(const em_constant_q *q, int i) { return q->cosine[(i - 512) & 2047]; }

/* `count` samples from `begin` on, zeros beyond the signal. */
static const float *samples_from(em_constant_q *q, const em_octave *octave, ptrdiff_t begin, ptrdiff_t count) {
    if (begin >= 0 && begin + count <= octave->samples) return octave->y + begin;
    const ptrdiff_t before = begin < 0 ? -begin : 0, left = octave->samples - begin - before;
    const ptrdiff_t zeros = before < count ? before : count;
    const ptrdiff_t there = left < 0 ? 0 : left < count - zeros ? left : count - zeros;
    memset(q->padded, 0, (size_t)zeros * sizeof(float));
    if (there) memcpy(q->padded + zeros, octave->y + begin + before, (size_t)there * sizeof(float));
    memset(q->padded + zeros + there, 0, (size_t)(count - zeros - there) * sizeof(float));
    return q->padded;
}

/* Row n gets sample n of every block of `length`; the blocks are a multiple of LANES. */
static void load_blocks(const float *y, int length, int blocks, float *rows, int row) {
    if (length < W) {
        for (int b = 0; b < blocks; b++)
            for (int n = 0; n < length; n++) rows[n * row + b] = y[b * length + n];
        return;
    }
    for (int b = 0; b < blocks; b += W)
        for (int n = 0; n < length; n += W) {
            vf tile[W];
            for (int i = 0; i < W; i++) tile[i] = vf_load_any(y + (b + i) * length + n);
            transpose(tile);
            for (int i = 0; i < W; i++) vf_store(rows + (n + i) * row + b, tile[i]);
        }
}

/* Coefficients of 2 LANES frames, the first at column t of the rows. */
static void transform_far(em_memory *m, em_constant_q *q, int hop, int row, int t, int first, int end) {
    const int shift = hop == 512 ? 9 : 8;
    for (int n = 0; n < 32; n++)
        for (int lane = 0; lane < LANES; lane += W) {
            vf r[32], i[32];
            for (int k = 0; k < 32; k++) {
                const int at = 32 * k + n;
                const float *from = q->rows + (at & (hop - 1)) * row + (at >> shift) + t + lane;
                r[k] = vf_load_any(from), i[k] = vf_load_any(from + LANES);
            }
            single_first_pass(&m->fft, r, i, n, m->re, m->im, lane);
        }
    single_second_pass_of(&m->fft, m->re, m->im, m->spare_re, m->spare_im, EM_LOWEST / 32, EM_HIGHEST / 32);
    for (int k = first; k < end; k++) {
        const int low = PLACE(k % FRAME), high = PLACE((FRAME - k) % FRAME);
        const float c = cosine_of(q, 1025 * k) / 2, s = sine_of(q, 1025 * k) / 2;
        float *re = q->bins[k - first][0] + t, *im = q->bins[k - first][1] + t;
        for (int lane = 0; lane < LANES; lane += W) {
            const vf ar = vf_load(m->spare_re + low + lane), ai = vf_load(m->spare_im + low + lane);
            const vf br = vf_load(m->spare_re + high + lane), bi = vf_load(m->spare_im + high + lane);
            const vf er = ar + br, ei = ai - bi, or = ai + bi, oi = br - ar;
            vf_store(re + lane, er * c - ei * s), vf_store(im + lane, er * s + ei * c);
            vf_store(re + LANES + lane, or * c - oi * s), vf_store(im + LANES + lane, or * s + oi * c);
        }
    }
}

/* Instead of a block's samples, the sums and differences of those as far from its middle: sums after the middle. */
static void pair_rows(float *rows, int length, int blocks, int row) {
    for (int j = 0; j < length / 2; j++) {
        float *later = rows + (length / 2 + j) * row, *earlier = rows + (length / 2 - 1 - j) * row;
        for (int b = 0; b < blocks; b += W) {
            const vf x = vf_load(later + b), y = vf_load(earlier + b);
            vf_store(later + b, x + y), vf_store(earlier + b, x - y);
        }
    }
}

static void fill_block_waves(em_constant_q *q, int length, int first) {
    for (int k = 0; k < EM_BAND; k++)
        for (int j = 0; j < length / 2; j++) {
            q->wave[k / TILE][j][0][k % TILE] = cosine_of(q, (first + k) * (2 * j + 1));
            q->wave[k / TILE][j][1][k % TILE] = -sine_of(q, (first + k) * (2 * j + 1));
        }
}

/* TILE coefficients of 2 W blocks, turned from the middle of the block to that of the frame. */
static inline ALWAYS void coefficients(em_constant_q *q, int length, int row, int tile, int first, int b) {
    vf re[TILE][2], im[TILE][2];
    for (int i = 0; i < TILE; i++) re[i][0] = re[i][1] = im[i][0] = im[i][1] = vf_all(0);
    const float *later = q->rows + length / 2 * row + b, *earlier = later - row;
    for (int j = 0; j < length / 2; j++, later += row, earlier -= row) {
        const float *c = q->wave[tile][j][0], *s = q->wave[tile][j][1];
        const vf sum = vf_load(later), sum_on = vf_load(later + W);
        for (int i = 0; i < TILE; i++) re[i][0] += sum * c[i], re[i][1] += sum_on * c[i];
        const vf difference = vf_load(earlier), difference_on = vf_load(earlier + W);
        for (int i = 0; i < TILE; i++) im[i][0] += difference * s[i], im[i][1] += difference_on * s[i];
    }
    for (int i = 0; i < TILE; i++) {
        const int k = first + tile * TILE + i, turn = k * (length - 1026);
        const float c = cosine_of(q, turn), s = sine_of(q, turn);
        float(*to)[BLOCK_ROW] = q->bins[tile * TILE + i];
        for (int side = 0; side < 2; side++) {
            vf_store(to[0] + b + side * W, re[i][side] * c + im[i][side] * s);
            vf_store(to[1] + b + side * W, im[i][side] * c - re[i][side] * s);
        }
    }
}

/* From the coefficients of blocks to those of frames, which begin at every block but the last few. */
static void join_blocks(em_constant_q *q, int k, int length, int blocks, float (*bin)[BLOCK_ROW]) {
    float *re = bin[0], *im = bin[1];
    for (int step = 1; step * length < FRAME; step *= 2) {
        const float c = cosine_of(q, 2 * k * step * length), s = sine_of(q, 2 * k * step * length);
        for (int b = 0; b < blocks - 2 * step + 1; b += W) {
            const vf a = vf_load_any(re + b + step), z = vf_load_any(im + b + step);
            vf_store(re + b, vf_load(re + b) + (a * c + z * s));
            vf_store(im + b, vf_load(im + b) + (z * c - a * s));
        }
    }
}

static void transform_near(em_constant_q *q, int hop, int blocks, int row, int first, int end) {
    pair_rows(q->rows, hop, blocks, row);
    for (int tile = 0; tile * TILE < end - first; tile++) {
        for (int b = 0; b < blocks; b += 2 * W) coefficients(q, hop, row, tile, first, b);
        for (int i = tile * TILE; i < (tile + 1) * TILE; i++) join_blocks(q, first + i, hop, blocks, q->bins[i]);
    }
}

/* Lengths of vectors; squares of the faintest would vanish. */
static inline vf length_of(vf a, vf b) {
    const vi faint = vf_less(a * a + b * b, vf_all(1e-24f));
    if (!mask_of(faint)) return vf_sqrt(a * a + b * b);
    const vf up = vf_choose(faint, vf_all(0x1p100f), vf_all(1)), down = vf_choose(faint, vf_all(0x1p-100f), vf_all(1));
    a *= up, b *= up;
    return vf_sqrt(a * a + b * b) * down;
}

/* Add the magnitudes of `rows` vectors of frames from column t on; the filters of a pitch class are three, the middle
   one in tune. */
static inline ALWAYS void add_energy(const em_constant_q *q, const em_octave *octave, int t, float *energy,
                                     const int rows) {
    const float *bins = q->bins[0][0] + t;
    for (int pitch = 0; pitch < EM_PITCHES; pitch++, energy += octave->frames) {
        vf sum[2 * ROWS];
        for (int v = 0; v < rows; v++) sum[v] = vf_load_any(energy + v * W);
        for (int i = -1; i <= 1; i++) {
            const int filter = (3 * pitch + i + EM_FILTERS) % EM_FILTERS;
            const float *weight = octave->weights + filter * EM_FILTER_BINS;
            vf re[2 * ROWS], im[2 * ROWS];
            for (int v = 0; v < rows; v++) re[v] = im[v] = vf_all(0);
            for (int k = octave->runs[2 * filter]; k < octave->runs[2 * filter + 1]; k++) {
                const float *bin = bins + (k - octave->first) * 2 * BLOCK_ROW;
                for (int v = 0; v < rows; v++) {
                    re[v] += vf_load(bin + v * W) * weight[k];
                    im[v] += vf_load(bin + BLOCK_ROW + v * W) * weight[k];
                }
            }
            for (int v = 0; v < rows; v++) sum[v] += length_of(re[v], im[v]);
        }
        for (int v = 0; v < rows; v++) vf_store_any(energy + v * W, sum[v]);
    }
}

static int constant_q(em_memory *m, const em_octave *octave) {
    em_constant_q *q = constant_q_memory(m);
    if (!q) return -1;
    const int hop = octave->hop, shared = FRAME / hop - 1, unit = hop < FAR ? 2 * LANES : LANES;
    const int room = NEAR_SAMPLES / hop < EM_BLOCKS ? NEAR_SAMPLES / hop : EM_BLOCKS;
    const int most = hop < FAR ? (room - shared) / LANES * LANES : 4 * 2 * LANES;
    const int first = octave->first, end = octave->end;
    if (hop < FAR) fill_block_waves(q, hop, first);
    for (ptrdiff_t frame = 0; frame < octave->frames; frame += most) {
        const int left = octave->frames - frame < most ? (int)(octave->frames - frame) : most;
        const int frames = hop < FAR ? left : (left + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
        const int blocks = (frames + shared + unit - 1) / unit * unit, row = blocks + LANES;
        const float *y = samples_from(q, octave, frame * hop - FRAME / 2, (ptrdiff_t)blocks * hop);
        load_blocks(y, hop, blocks, q->rows, row);
        if (hop < FAR) transform_near(q, hop, blocks, row, first, end);
        for (int t = 0; hop >= FAR && t < frames; t += 2 * LANES) transform_far(m, q, hop, row, t, first, end);
        int t = 0;
        for (; t + 2 * LANES <= left; t += 2 * LANES) add_energy(q, octave, t, octave->energy + frame + t, 2 * ROWS);
        if (t < left) add_energy(q, octave, t, octave->energy + frame + t, ROWS);
    }
    return 0;
}

#endif
