/* How peaky, how flat and how changeable spectra are: earmark._dsp.contrast, sixteen frames at a time. */
#ifndef EARMARK_TEXTURE_H
#define EARMARK_TEXTURE_H

#include "measure.h"

#define CONTRAST_ROWS (2 * EM_BANDS)
#define CONTRAST_GROUP (CONTRAST_ROWS * LANES)

/* Mean of the `few` largest of the rows first .. end - 1, or of the smallest with sign -1. */
static vf mean_of_few(const float *rows, int first, int end, int few, float sign) {
    vf kept[EM_FEW];
    for (int i = 0; i < few; i++) kept[i] = vf_all(-INFINITY);
    for (int k = first; k < end; k++) {
        vf x = vf_load(rows + k * LANES) * sign;
        if (!mask_of(vf_less(kept[few - 1], x))) continue;
        for (int i = 0; i < few; i++) {
            const vf low = vf_min(kept[i], x);
            kept[i] = vf_max(kept[i], x);
            x = low;
        }
    }
    vf sum = vf_all(0);
    for (int i = 0; i < few; i++) sum += kept[i];
    return sum * (sign / (float)few);
}

/* Rows of peaks, then of valleys, of every octave band. */
static void peaks_and_valleys(const em_rate *rate, const float *magnitude, float *found) {
    for (int band = 0; band < EM_BANDS; band++) {
        const int *of = rate->contrast + 3 * band;
        for (int lane = 0; lane < LANES; lane += W) {
            vf_store(found + band * LANES + lane, mean_of_few(magnitude + lane, of[0], of[1], of[2], 1));
            vf_store(found + (EM_BANDS + band) * LANES + lane,
                     mean_of_few(magnitude + lane, of[0], of[1], of[2], -1));
        }
    }
}

/* Whether rounding noise could show in the level of a valley. */
static int valleys_drown(const float *found, const float *noise) {
    int drowned = 0;
    for (int at = EM_BANDS * LANES; at < CONTRAST_GROUP; at += W) {
        const vf valley = vf_load(found + at);
        drowned |= mask_of(vf_less(valley, vf_load(noise + at % LANES) * 256.0f) & vf_less(vf_all(1e-10f), valley));
    }
    return drowned;
}

/* Decibels by which peaks stand above valleys, either limited to 80 below its own loudest. */
static void contrast_of(const float *found, const float loudest[2], float *contrast) {
    const float ten = 4.34294482f, floor = 1e-10f;
    for (int at = 0; at < EM_BANDS * LANES; at += W) {
        vf level[2];
        for (int side = 0; side < 2; side++) {
            const float most = loudest[side] > floor ? loudest[side] : floor;
            const vf here = vf_load(found + side * EM_BANDS * LANES + at);
            level[side] = vf_max(vf_log(vf_max(here, vf_all(floor))) * ten, vf_all(10 * log10f(most) - 80));
        }
        vf_store(contrast + at, level[0] - level[1]);
    }
}

/* Geometric over arithmetic mean of power. The logarithm is taken of products of mantissas, sixteen at once. */
static void flatness_of(const float *power, float *flatness) {
    for (int lane = 0; lane < LANES; lane += W) {
        vf sum = vf_all(0), logs = vf_all(0);
        vi exponents = vi_of(vf_all(0));
        for (int block = 0; block < BINS; block += 16) {
            vf product = vf_all(1), here = vf_all(0);
            const int end = block + 16 < BINS ? block + 16 : BINS;
            for (int k = block; k < end; k++) {
                const vf p = vf_max(vf_load(power + k * LANES + lane), vf_all(1e-10f));
                const vi bits = vf_bits(p);
                here += p;
                product *= vf_from_bits((bits & 0x007fffff) | 0x3f800000);
                exponents += ((bits >> 23) & 0xff) - 127;
            }
            sum += here, logs += vf_log(product);
        }
        const vf mean = (logs + vf_of(exponents) * 0.69314718f) * (1.0f / BINS);
        float means[W], sums[W];
        memcpy(means, &mean, sizeof mean), memcpy(sums, &sum, sizeof sum);
        for (int i = 0; i < W; i++) flatness[lane + i] = expf(means[i]) / (sums[i] / BINS);
    }
}

/* Root mean square over the bins of what changed since the frame before; rows of the ring lie bin by bin. */
static float change_between(const float *before, const float *here) {
    float sum = 0;
    for (int block = 0; block < BINS - 1; block += 128) {
        float squares[16] = {0}, part = 0;
        for (int k = block; k < block + 128; k += 16)
            for (int i = 0; i < 16; i++) {
                const float change = here[k + i] - before[k + i];
                squares[i] += change * change;
            }
        for (int i = 0; i < 16; i++) part += squares[i];
        sum += part;
    }
    const float last = here[BINS - 1] - before[BINS - 1];
    return sqrtf((sum + last * last) / BINS);
}

#endif
