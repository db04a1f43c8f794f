/* Sixteen frames at a time: samples to spectra and back. */
#ifndef EARMARK_SPECTRUM_H
#define EARMARK_SPECTRUM_H

#include "memory.h"

/* Row n of `hops` gets sample n of the hops from `first` on; hop 2 is the signal's first, beyond it are zeros. */
static void load_hops(const em_song *song, ptrdiff_t first, float *hops) {
    for (int b = 0; b < LANES + OVERLAP - 1; b += W) {
        float edge[W][HOP];
        const float *from[W];
        for (int i = 0; i < W; i++) {
            const ptrdiff_t at = (first + b + i - 2) * HOP, left = song->samples - at;
            if (at >= 0 && left >= HOP) {
                from[i] = song->y + at;
                continue;
            }
            memset(edge[i], 0, sizeof edge[i]);
            if (at >= 0 && left > 0) memcpy(edge[i], song->y + at, (size_t)left * sizeof(float));
            from[i] = edge[i];
        }
        const int wide = b + W <= HOP_ROW;
        for (int n = 0; n < HOP; n += W) {
            vf rows[W];
            for (int i = 0; i < W; i++) rows[i] = vf_load_any(from[i] + n);
            transpose(rows);
            for (int i = 0; i < W; i++) {
                float *to = hops + (n + i) * HOP_ROW + b;
                if (wide)
                    vf_store_any(to, rows[i]);
                else
                    memcpy(to, &rows[i], (size_t)(HOP_ROW - b) * sizeof(float));
            }
        }
    }
}

/* Store a bin; return the power. */
static inline ALWAYS vf put_bin(float *re, float *im, float *magnitude, float *power, int at, vf a, vf b) {
    const vf p = a * a + b * b;
    vf_store(re + at, a), vf_store(im + at, b);
    if (magnitude) vf_store(power + at, p), vf_store(magnitude + at, vf_sqrt(p));
    return p;
}

/* Bins k and 1024 - k of a frame of 2048 from the transform z of its even and odd samples as one signal:
   X = E + w O with E = (z[k] + conj z[-k]) / 2, O = (z[k] - conj z[-k]) / 2i, w = exp(-2 pi i k / 2048). */
static inline ALWAYS void unfold(const em_memory *m, float *re, float *im, float *magnitude, float *power) {
    const single_fft_table *t = &m->fft;
    vf most[ROWS];
    for (int row = 0; row < ROWS; row++) most[row] = vf_all(0);
    for (int k = 0; k <= HALF / 2; k++) {
        const int low = PLACE(k), high = PLACE((HALF - k) % HALF);
        const float wr = t->half_re[k] * 0.5f, wi = t->half_im[k] * 0.5f;
        for (int lane = 0; lane < LANES; lane += W) {
            const vf ar = vf_load(m->re + low + lane), ai = vf_load(m->im + low + lane);
            const vf br = vf_load(m->re + high + lane), bi = vf_load(m->im + high + lane);
            const vf er = (ar + br) * 0.5f, ei = (ai - bi) * 0.5f, or = ai + bi, oi = br - ar;
            const vf pr = or * wr - oi * wi, pi = or * wi + oi * wr;
            const vf a = put_bin(re, im, magnitude, power, k * LANES + lane, er + pr, ei + pi);
            const vf b = put_bin(re, im, magnitude, power, (HALF - k) * LANES + lane, er - pr, pi - ei);
            if (magnitude) most[lane / W] = vf_max(most[lane / W], vf_max(a, b));
        }
    }
    if (magnitude) memcpy(m->most, most, sizeof most);
}

/* The way back, of masked spectra if there is a mask. What comes out is twice as large. */
static inline ALWAYS void fold(em_memory *m, const float *re, const float *im, const float *mask) {
    const single_fft_table *t = &m->fft;
    for (int k = 0; k <= HALF / 2; k++) {
        const int low = PLACE(k), high = PLACE((HALF - k) % HALF);
        const float wr = t->half_re[k], wi = t->half_im[k];
        for (int lane = 0; lane < LANES; lane += W) {
            vf part[4];
            for (int side = 0; side < 2; side++) {
                const int at = (side ? HALF - k : k) * LANES + lane;
                part[2 * side] = vf_load(re + at), part[2 * side + 1] = vf_load(im + at);
                if (mask) part[2 * side] *= vf_load(mask + at), part[2 * side + 1] *= vf_load(mask + at);
            }
            const vf er = part[0] + part[2], ei = part[1] - part[3];
            const vf dr = part[0] - part[2], di = part[1] + part[3];
            const vf or = dr * wr + di * wi, oi = di * wr - dr * wi; /* times conj w */
            vf_store(m->re + low + lane, er - oi), vf_store(m->im + low + lane, ei + or);
            if (k && k < HALF / 2) vf_store(m->re + high + lane, er + oi), vf_store(m->im + high + lane, or - ei);
        }
    }
}

/* Frames that the signal does not have are silent. */
static void silence_group(int frames, float *re, float *im, float *magnitude, float *power) {
    float *const rows[] = {re, im, magnitude, power};
    for (int lane = 0; lane < LANES; lane += W) {
        float there[W];
        vf kept;
        for (int i = 0; i < W; i++) there[i] = lane + i < frames;
        memcpy(&kept, there, sizeof kept);
        const vi mask = vf_less(vf_all(0), kept);
        for (int i = 0; i < 4; i++)
            for (int at = lane; at < GROUP; at += LANES)
                vf_store(rows[i] + at, vf_choose(mask, vf_load(rows[i] + at), vf_all(0)));
    }
}

#endif
