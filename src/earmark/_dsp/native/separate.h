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

static void medians_over_time(em_memory *m, ptrdiff_t group, ptrdiff_t frames) {
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
            for (int i = 0; i < W && k + i < BINS; i++) vf_store(m->steady + (k + i) * LANES + lane, bins[i]);
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
            for (int i = 0; i < LANES; i++) to[i] = k + i < BINS ? m->sudden + (k + i) * LANES + lane : unused;
            medians_of_31(rows, to);
        }
}

/* Window the frames in m->re and m->im once more and add them where they overlap. */
static void add_frames(em_memory *m) {
    for (int n = 0; n < HALF; n++) {
        const float *even = m->re + PLACE(n), *odd = m->im + PLACE(n);
        float *row = m->overlap + (2 * n % HOP) * HOP_ROW + 2 * n / HOP;
        const float scale = 0.5f / HALF; /* fold_masked leaves out the halves */
        const float w0 = m->fft.window[2 * n] * scale, w1 = m->fft.window[2 * n + 1] * scale;
        for (int lane = 0; lane < LANES; lane += W) {
            vf_store_any(row + lane, vf_load_any(row + lane) + vf_load(even + lane) * w0);
            vf_store_any(row + HOP_ROW + lane, vf_load_any(row + HOP_ROW + lane) + vf_load(odd + lane) * w1);
        }
    }
}

/* What the overlapping windows of sample n of every hop from `first` on sum up to, inverted; 0 outside the
   signal. */
static void weights_at(const em_song *song, ptrdiff_t first, int n, float *weight) {
    const float *window = song->memory->fft.window;
    for (int lane = 0; lane < LANES; lane++) {
        const ptrdiff_t hop = first + lane, at = (hop - 2) * HOP + n;
        float sum = 0;
        for (int q = 0; q < OVERLAP; q++)
            if (hop - q >= 0 && hop - q < song->frames) sum += window[q * HOP + n] * window[q * HOP + n];
        weight[lane] = at >= 0 && at < song->samples && sum > 0 ? 1.0f / sum : 0.0f;
    }
}

typedef struct {
    float *harmonic, *percussive; /* energy of every hop */
    double sum[2], square[2];
} em_parts;

/* The hops that no later frame reaches: add up both parts, and move on. */
static void finish_hops(em_song *song, const float *hops, ptrdiff_t first, em_parts *parts) {
    em_memory *m = song->memory;
    const int inside = first >= 3 && (first + LANES - 1 - 2 + 1) * HOP <= song->samples &&
                       first + LANES - 1 < song->frames;
    for (int lane = 0; lane < LANES; lane += W) {
        vf sums[2] = {vf_all(0), vf_all(0)}, squares[2] = {vf_all(0), vf_all(0)}, loud[2] = {vf_all(0), vf_all(0)};
        float weight[LANES] __attribute__((aligned(64)));
        for (int n = 0; n < HOP; n++) {
            vf by = vf_all(1.0f / 1.5f);
            if (!inside) {
                weights_at(song, first, n, weight);
                by = vf_load(weight + lane);
            }
            const vf whole = vf_choose(vf_less(vf_all(0), by), vf_load_any(hops + n * HOP_ROW + lane), vf_all(0));
            const vf steady = vf_load_any(m->overlap + n * HOP_ROW + lane) * by, sudden = whole - steady;
            const vf one = vf_all(1), none = vf_all(0), least = vf_all(1e-5f);
            sums[0] += steady, squares[0] += steady * steady;
            sums[1] += sudden, squares[1] += sudden * sudden;
            loud[0] += vf_choose(vf_less(least, steady), one, none);
            loud[1] += vf_choose(vf_less(least, sudden), one, none);
        }
        vf_store_any(parts->harmonic + first + lane, squares[0]);
        vf_store_any(parts->percussive + first + lane, squares[1]);
        for (int part = 0; part < 2; part++) {
            float numbers[3][W];
            memcpy(numbers[0], &sums[part], sizeof sums[part]);
            memcpy(numbers[1], &squares[part], sizeof sums[part]);
            memcpy(numbers[2], &loud[part], sizeof sums[part]);
            for (int i = 0; i < W; i++) {
                parts->sum[part] += numbers[0][i], parts->square[part] += numbers[1][i];
                song->loud[part] += (ptrdiff_t)numbers[2][i];
            }
        }
    }
    for (int n = 0; n < HOP; n++) {
        float *row = m->overlap + n * HOP_ROW;
        memcpy(row, row + LANES, (OVERLAP - 1) * sizeof(float));
        memset(row + OVERLAP - 1, 0, (HOP_ROW - OVERLAP + 1) * sizeof(float));
    }
}

/* One group, once the frames after it are in the ring. */
static void separate(em_song *song, ptrdiff_t group, em_parts *parts) {
    em_memory *m = song->memory;
    const int at = (int)(group % 2);
    medians_over_time(m, group, song->frames);
    medians_over_frequency(m, m->magnitude[at]);
    fold_masked(m, m->spectrum_re[at], m->spectrum_im[at]);
    single_transform(&m->fft, m->im, m->re, m->spare_im, m->spare_re);
    add_frames(m);
    finish_hops(song, m->hops[at], group * LANES, parts);
}

#endif
