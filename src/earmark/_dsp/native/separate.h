/* Harmonic and percussive parts: D. FitzGerald, "Harmonic/percussive separation using median filtering",
   DAFx 2010, as in earmark._dsp.hpss, sixteen frames at a time and one group behind the spectra. */
#ifndef EARMARK_SEPARATE_H
#define EARMARK_SEPARATE_H

#include "medians.h"
#include "spectrum.h"

/* Where place i lies in a signal of n that goes on mirrored, its end repeated: for i from -n on. */
static inline ptrdiff_t mirrored(ptrdiff_t i, ptrdiff_t n) {
    const ptrdiff_t at = (i + 32 * n) % (2 * n);
    return at < n ? at : 2 * n - 1 - at;
}

/* Frames of a group as rows of the ring, bins side by side: for medians over time. */
static void remember_frames(em_memory *m, const float *magnitude, ptrdiff_t group) {
    float *ring = m->frames + (group % (RING / LANES)) * LANES * FRAME_ROW;
    for (int k = 0; k < BINS; k += W)
        for (int lane = 0; lane < LANES; lane += W) {
            vf rows[W];
            for (int i = 0; i < W; i++) rows[i] = vf_load(magnitude + (k + i < BINS ? k + i : BINS - 1) * LANES + lane);
            transpose(rows);
            for (int i = 0; i < W; i++) vf_store(ring + (lane + i) * FRAME_ROW + k, rows[i]);
        }
}

/* Of sound that goes on and sound that stops short: h^2 / (h^2 + p^2), a half where both are nothing. */
static inline ALWAYS vf share_of(vf h, vf p) {
    const vf nothing = vf_all(1.17549435e-38f), steady = h * h + nothing;
    return steady * vf_inverse(steady + (p * p + nothing));
}

/* Medians over time, and with those over frequency, which m->mask holds, the mask in their place. */
static inline ALWAYS void mask_by_time(em_memory *m, ptrdiff_t group, ptrdiff_t frames, int weigh) {
    const float *frame[LANES + 2 * REACH];
    for (int i = 0; i < LANES + 2 * REACH; i++)
        frame[i] = m->frames + (mirrored(group * LANES + i - REACH, frames) % RING) * FRAME_ROW;
    float medians[LANES][W] __attribute__((aligned(64)));
    float *to[LANES];
    for (int i = 0; i < LANES; i++) to[i] = medians[i];
    for (int k = 0; k < BINS; k += W) {
        const float *rows[LANES + 2 * REACH];
        for (int i = 0; i < LANES + 2 * REACH; i++) rows[i] = frame[i] + k;
        medians_of_31(rows, to);
        for (int lane = 0; lane < LANES; lane += W) {
            vf bins[W];
            for (int i = 0; i < W; i++) bins[i] = vf_load(medians[lane + i]);
            transpose(bins);
            for (int i = 0; i < W && k + i < BINS; i++) {
                float *mask = m->mask + (k + i) * LANES + lane;
                vf_store(mask, weigh ? share_of(bins[i], vf_load(mask)) : bins[i]);
            }
        }
    }
}

static void medians_over_frequency(em_memory *m, const float *magnitude) {
    float unused[W] __attribute__((aligned(64)));
    for (int k = 0; k < BINS; k += LANES)
        for (int lane = 0; lane < LANES; lane += W) {
            const float *rows[LANES + 2 * REACH];
            float *to[LANES];
            for (int i = 0; i < LANES + 2 * REACH; i++) rows[i] = magnitude + m->mirror[k + i] * LANES + lane;
            for (int i = 0; i < LANES; i++) to[i] = k + i < BINS ? m->mask + (k + i) * LANES + lane : unused;
            medians_of_31(rows, to);
        }
}

/* Which frames reach into LANES hops, and how many samples of each hop the signal has. */
typedef struct {
    float reaches[OVERLAP][LANES] __attribute__((aligned(64)));
    float samples[LANES] __attribute__((aligned(64)));
} em_edges;

static em_edges edges_at(const em_song *song, ptrdiff_t first) {
    em_edges edges;
    for (int lane = 0; lane < LANES; lane++) {
        const ptrdiff_t hop = first + lane, left = song->samples - (hop - 2) * HOP;
        for (int q = 0; q < OVERLAP; q++) edges.reaches[q][lane] = hop - q >= 0 && hop - q < song->frames;
        edges.samples[lane] = hop < 2 || left < 0 ? 0 : left < HOP ? (float)left : HOP;
    }
    return edges;
}

/* What the overlapping windows of sample n of every hop sum up to, inverted; 0 outside the signal. */
static inline ALWAYS vf weight_at(const em_memory *m, const em_edges *edges, int n, int lane) {
    vf sum = vf_all(0);
    for (int q = 0; q < OVERLAP; q++) {
        const float window = m->fft.window[q * HOP + n];
        sum += vf_load(edges->reaches[q] + lane) * (window * window);
    }
    const vi inside = vf_less(vf_all((float)n), vf_load(edges->samples + lane)) & vf_less(vf_all(0), sum);
    return vf_choose(inside, vf_all(1) / sum, vf_all(0));
}

typedef struct {
    float *harmonic, *percussive; /* energy of every hop */
    double sum[2], square[2];
} em_parts;

/* Sample n of LANES hops: what the frames before left there, and the frames at hand, each q hops later at its
   sample n + q HOP; what reaches beyond goes to `carry`. */
static inline ALWAYS void overlap_at(const em_memory *m, int n, float *carry, vf sum[ROWS]) {
    const float *part = n % 2 ? m->im : m->re;
#if W == 1
    float beyond[LANES + OVERLAP] = {0};
    memcpy(beyond, carry, LANES * sizeof *carry);
    for (int q = 0; q < OVERLAP; q++)
        for (int lane = 0; lane < LANES; lane++)
            beyond[lane + q] += part[PLACE((q * HOP + n) / 2) + lane] * m->fft.window[q * HOP + n];
    memcpy(sum, beyond, LANES * sizeof *carry);
    memset(carry, 0, LANES * sizeof *carry);
    memcpy(carry, beyond + LANES, (OVERLAP - 1) * sizeof *carry);
#else
    const vf none = vf_all(0);
    vf rest = none;
    for (int row = 0; row < ROWS; row++) sum[row] = none;
    sum[0] = vf_load(carry);
#define LATE(q)                                                                                               \
    {                                                                                                         \
        vf low = none;                                                                                        \
        for (int row = 0; row < ROWS; row++) {                                                                \
            const vf high = vf_load(part + PLACE((q * HOP + n) / 2) + row * W) * m->fft.window[q * HOP + n];  \
            sum[row] += vf_before(low, high, q);                                                              \
            low = high;                                                                                       \
        }                                                                                                     \
        if (q) rest += vf_before(low, none, q);                                                               \
    }
    LATE(0) LATE(1) LATE(2) LATE(3)
#undef LATE
    vf_store(carry, rest);
#endif
}

/* Add frames up where they overlap; sum up both parts of the hops from `first` on, which no later frame
   reaches. */
static void finish_hops(em_song *song, const float *hops, ptrdiff_t first, em_parts *parts) {
    em_memory *m = song->memory;
    const int inside = first >= 3 && (first + LANES - 2) * HOP <= song->samples && first + LANES <= song->frames;
    const float scale = 0.5f / HALF; /* `fold` leaves it twice as large, the transform HALF times */
    const vf one = vf_all(1), none = vf_all(0), least = vf_all(1e-5f);
    vf few[2][ROWS], sums[2][ROWS], lost[2][ROWS], squares[2][ROWS], loud[2][ROWS];
    for (int row = 0; row < ROWS; row++)
        for (int part = 0; part < 2; part++)
            few[part][row] = sums[part][row] = lost[part][row] = squares[part][row] = loud[part][row] = none;
    const em_edges edges = edges_at(song, first);
    for (int n = 0; n < HOP; n++) {
        vf by[ROWS], steady[ROWS];
        overlap_at(m, n, m->overlap + n * LANES, steady);
        for (int row = 0; row < ROWS; row++)
            by[row] = (inside ? vf_all(1.0f / 1.5f) : weight_at(m, &edges, n, row * W)) * scale;
        for (int row = 0; row < ROWS; row++) {
            const vf whole = vf_load_any(hops + n * HOP_ROW + row * W);
            const vf h = steady[row] * by[row];
            vf p = whole - h;
            if (!inside) p = vf_choose(vf_less(none, by[row]), p, none);
            few[0][row] += h, squares[0][row] += h * h;
            few[1][row] += p, squares[1][row] += p * p;
            loud[0][row] += vf_choose(vf_less(least, h), one, none);
            loud[1][row] += vf_choose(vf_less(least, p), one, none);
        }
        if (n % 4 == 3) /* W. Kahan's sum: a mean near zero would drown in the roundings of a plain one */
            for (int row = 0; row < ROWS; row++)
                for (int part = 0; part < 2; part++) {
                    const vf term = few[part][row] - lost[part][row], next = sums[part][row] + term;
                    lost[part][row] = (next - sums[part][row]) - term;
                    sums[part][row] = next, few[part][row] = none;
                }
    }
    float numbers[6][LANES];
    memcpy(numbers[0], sums, sizeof sums), memcpy(numbers[2], squares, sizeof squares);
    memcpy(numbers[4], loud, sizeof loud);
    memcpy(parts->harmonic + first, numbers[2], sizeof numbers[2]);
    memcpy(parts->percussive + first, numbers[3], sizeof numbers[3]);
    for (int part = 0; part < 2; part++)
        for (int lane = 0; lane < LANES; lane++) {
            parts->sum[part] += numbers[part][lane], parts->square[part] += numbers[2 + part][lane];
            song->loud[part] += (ptrdiff_t)numbers[4 + part][lane];
        }
}

/* One group, once the frames after it are in the ring and m->mask holds its medians over frequency. */
static void separate(em_song *song, ptrdiff_t group, em_parts *parts) {
    em_memory *m = song->memory;
    const int at = (int)(group % 2);
    mask_by_time(m, group, song->frames, 1);
    fold(m, m->spectrum_re[at], m->spectrum_im[at], m->mask);
    single_transform(&m->fft, m->im, m->re, m->spare_im, m->spare_re);
    finish_hops(song, m->hops[at], group * LANES, parts);
}

#endif
