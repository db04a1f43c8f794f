/* Moments of what the energy of pitch classes says of pitch: earmark._dsp.tonal, sixteen frames at a time. */
#ifndef EARMARK_TONALITY_H
#define EARMARK_TONALITY_H

#include "memory.h"

/* Rows divided by a number per lane, in double precision as in NumPy: CENS cuts shares to steps, and a tie stays a
   tie. What is too small to divide by divides nothing. */
static void divide_rows(const float *rows, const double *by, float *to) {
    double divisor[LANES];
    for (int lane = 0; lane < LANES; lane++) divisor[lane] = by[lane] < 1.17549435082228751e-38 ? 1 : by[lane];
    for (int pitch = 0; pitch < EM_PITCHES; pitch++)
        for (int lane = 0; lane < LANES; lane++)
            to[pitch * LANES + lane] = (float)((double)rows[pitch * LANES + lane] / divisor[lane]);
}

static void sum_is_one(const float *rows, float *to) {
    double sum[LANES] = {0};
    for (int pitch = 0; pitch < EM_PITCHES; pitch++)
        for (int lane = 0; lane < LANES; lane++) sum[lane] += rows[pitch * LANES + lane];
    divide_rows(rows, sum, to);
}

static void strongest_is_one(const float *rows, float *to) {
    double most[LANES] = {0};
    for (int pitch = 0; pitch < EM_PITCHES; pitch++)
        for (int lane = 0; lane < LANES; lane++) {
            const double here = rows[pitch * LANES + lane];
            most[lane] = here > most[lane] ? here : most[lane];
        }
    divide_rows(rows, most, to);
}

static void centroids_of(const em_tonality *of, const float *shares, float *to) {
    for (int axis = 0; axis < EM_AXES; axis++) {
        double sum[LANES] = {0};
        for (int pitch = 0; pitch < EM_PITCHES; pitch++)
            for (int lane = 0; lane < LANES; lane++)
                sum[lane] += of->corners[axis * EM_PITCHES + pitch] * (double)shares[pitch * LANES + lane];
        for (int lane = 0; lane < LANES; lane++) to[axis * LANES + lane] = (float)sum[lane];
    }
}

/* In unit length, the quarters of rows around the frames at hand, weighted. */
static void smooth(const em_tonality *of, const float *quarters, ptrdiff_t row, float *to) {
    for (int lane = 0; lane < LANES; lane += W) {
        vf square = vf_all(0);
        for (int pitch = 0; pitch < EM_PITCHES; pitch++) {
            vf sum = vf_all(0);
            for (int n = 0; n < EM_WINDOW; n++) sum += vf_load_any(quarters + pitch * row + n + lane) * of->window[n];
            square += sum * sum;
            vf_store(to + pitch * LANES + lane, sum);
        }
        const vf length = vf_choose(vf_less(vf_all(0), square), vf_sqrt(square), vf_all(1));
        for (int pitch = 0; pitch < EM_PITCHES; pitch++) {
            float *at = to + pitch * LANES + lane;
            vf_store(at, vf_load(at) / length);
        }
    }
}

static void add_rows(em_sums *sums, const float *rows, int count, int frames) {
    for (int i = 0; i < count; i++) add_row(&sums[i], rows + i * LANES, frames);
}

static int tonality(const em_tonality *of) {
    const ptrdiff_t row = of->row + EM_WINDOW; /* quarters begin and end with half a window of silence */
    float *quarters = calloc((size_t)(EM_PITCHES * row + LANES), sizeof *quarters);
    em_sums *sums = calloc(EM_TONAL_ROWS, sizeof *sums);
    float rows[2][EM_PITCHES * LANES] __attribute__((aligned(64)));
    const int failed = !quarters || !sums;
    for (ptrdiff_t at = 0; !failed && at < of->frames; at += LANES) {
        const int frames = of->frames - at < LANES ? (int)(of->frames - at) : LANES;
        for (int pitch = 0; pitch < EM_PITCHES; pitch++)
            memcpy(rows[0] + pitch * LANES, of->energy + pitch * of->row + at, sizeof(float) * LANES);
        sum_is_one(rows[0], rows[1]);
        for (int pitch = 0; pitch < EM_PITCHES; pitch++)
            for (int lane = 0; lane < frames; lane++) {
                int steps = 0;
                for (int i = 0; i < EM_STEPS; i++) steps += rows[1][pitch * LANES + lane] > of->steps[i];
                quarters[pitch * row + EM_WINDOW / 2 + at + lane] = (float)steps / EM_STEPS;
            }
        strongest_is_one(rows[0], rows[1]);
        add_rows(sums, rows[1], EM_PITCHES, frames);
        sum_is_one(rows[1], rows[0]);
        centroids_of(of, rows[0], rows[1]);
        add_rows(sums + 2 * EM_PITCHES, rows[1], EM_AXES, frames);
    }
    for (ptrdiff_t at = 0; !failed && at < of->frames; at += LANES) {
        smooth(of, quarters + at, row, rows[0]);
        add_rows(sums + EM_PITCHES, rows[0], EM_PITCHES, of->frames - at < LANES ? (int)(of->frames - at) : LANES);
    }
    for (int i = 0; !failed && i < EM_TONAL_ROWS; i++) moments_of(&sums[i], (double)of->frames, of->moments[i]);
    free(quarters), free(sums);
    return failed ? -1 : 0;
}

#endif
