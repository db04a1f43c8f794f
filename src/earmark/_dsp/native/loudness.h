/* How loud a signal is, and how far loud and soft lie apart: the largest and the smallest sum of squares in a box that moves along the
   signal sample by sample, as earmark._dsp.loudness. */
#ifndef EARMARK_LOUDNESS_H
#define EARMARK_LOUDNESS_H

#include "memory.h"

/* The sum of all squares, in single precision: NaN or infinite where a sample is. */
static float energy_of(const float *y, ptrdiff_t samples) {
    vf squares[4] = {vf_all(0), vf_all(0), vf_all(0), vf_all(0)};
    float lanes[4 * W], sum = 0;
    ptrdiff_t n = 0;
    for (; n + 4 * W <= samples; n += 4 * W)
        for (int i = 0; i < 4; i++) {
            const vf x = vf_load_any(y + n + i * W);
            squares[i] += x * x;
        }
    for (; n < samples; n++) sum += y[n] * y[n];
    memcpy(lanes, squares, sizeof squares);
    for (int i = 0; i < 4 * W; i++) sum += lanes[i];
    return sum;
}

/* A sum over a box is the end of one block and the start of the next; nothing is ever subtracted, for silence
   after noise would hold the rounding of the noise. The boxes that end at samples first .. end - 1 count; beyond
   the signal lie zeros. */
static int extremes(const float *y, ptrdiff_t samples, int box, ptrdiff_t first, ptrdiff_t end, double found[2]) {
    double *to_end = malloc(((size_t)box + 1) * sizeof *to_end);
    if (!to_end) return -1;
    found[0] = 0, found[1] = INFINITY;
    for (ptrdiff_t start = first; start < end; start += box) { /* boxes that end in a block reach into the one before */
        double before = 0, sum = 0;
        to_end[box] = 0;
        for (int n = box - 1; n >= 0; n--) {
            const ptrdiff_t at = start - box + n;
            if (at >= 0 && at < samples) before += (double)y[at] * y[at];
            to_end[n] = before;
        }
        for (int n = 0; n < box && start + n < end; n++) {
            if (start + n < samples) sum += (double)y[start + n] * y[start + n];
            const double here = to_end[n + 1] + sum;
            found[0] = here > found[0] ? here : found[0];
            found[1] = here < found[1] ? here : found[1];
        }
    }
    free(to_end);
    return 0;
}

#endif
