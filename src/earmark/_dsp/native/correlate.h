/* How much onsets resemble themselves some frames later: the summed autocorrelation of all Hann-windowed
   stretches of `lags` onsets, one beginning at every frame, each divided by its energy E:

       R(l) = sum over t of 1 / E(t) * sum over n of w(n) o(t + n) w(n + l) o(t + n + l)
            = sum over s of o(s) o(s + l) H(l, s),  H(l, s) = sum over n < lags - l of w(n) w(n + l) / E(s - n).

   A product of two Hann windows is a sum of five waves in n, whose weighted sums over n = 0 .. m - 1 take one
   step for one more n: all lags in one walk, for as many s at a time as a vector is wide, without a transform.
   In double precision, for the sums cancel where loud follows quiet. */
#ifndef EARMARK_CORRELATE_H
#define EARMARK_CORRELATE_H

#include "memory.h"

#if W == 1
static inline vd vd_load_any(const double *p) { return *p; }
static inline double vd_sum(vd a) { return a; }
#else
typedef double vd_any __attribute__((vector_size(4 * W), aligned(8), may_alias));
static inline vd vd_load_any(const double *p) { return *(const vd_any *)p; }
static inline double vd_sum(vd a) {
    double sum = 0;
    for (int i = 0; i < VEC; i++) sum += a[i];
    return sum;
}
#endif

/* w(n) w(n + l) = b0 + b1 cos a + b2 sin a + b3 cos 2a + b4 sin 2a with a = 2 pi n / lags. */
static void fill_waves(int lags, double (*wave)[4], double (*share)[5]) {
    const double turn = 2 * 3.14159265358979323846 / lags;
    for (int n = 0; n < lags; n++) {
        wave[n][0] = cos(turn * n), wave[n][1] = sin(turn * n);
        wave[n][2] = cos(2 * turn * n), wave[n][3] = sin(2 * turn * n);
        const double c = cos(turn * n), s = sin(turn * n);
        share[n][0] = 0.25 + 0.125 * c;
        share[n][1] = -0.25 - 0.25 * c, share[n][2] = 0.25 * s;
        share[n][3] = 0.125 * c, share[n][4] = -0.125 * s;
    }
}

static int correlate(const float *onsets, ptrdiff_t count, int lags, double *sums) {
    const int side = lags / 2;
    const ptrdiff_t length = count + lags; /* of the onsets with ramps at both ends */
    const ptrdiff_t room = length + 2 * lags + 2 * LANES;
    double *memory = calloc((size_t)(2 * room), sizeof *memory);
    double(*wave)[4] = malloc((size_t)lags * sizeof *wave), (*share)[5] = malloc((size_t)lags * sizeof *share);
    if (!memory || !wave || !share) {
        free(memory), free(wave), free(share);
        return -1;
    }
    fill_waves(lags, wave, share);
    double *o = memory, *weight = memory + room + lags; /* 1 / E, nothing before the first stretch and after the last */
    for (int i = 0; i < side; i++) {
        o[i] = (double)onsets[0] * i / side;
        o[side + count + side - 1 - i] = (double)onsets[count - 1] * i / side;
    }
    for (ptrdiff_t i = 0; i < count; i++) o[side + i] = onsets[i];
    double *hann = sums; /* free until the end: the squared window */
    for (int n = 0; n < lags; n++) hann[n] = 0.25 * (1 - wave[n][0]) * (1 - wave[n][0]);
    for (ptrdiff_t t = 0; t < count; t += VEC) {
        vd energy = vd_load_any(o) * 0;
        for (int n = 0; n < lags; n++) {
            const vd x = vd_load_any(o + t + n);
            energy += x * x * hann[n];
        }
        double lanes[VEC];
        memcpy(lanes, &energy, sizeof energy);
        for (int i = 0; i < VEC && t + i < count; i++)
            weight[t + i] = lanes[i] > 2.2250738585072014e-308 ? 1 / lanes[i] : 0;
    }
    vd total[EM_LAGS];
    memset(total, 0, sizeof total);
    for (ptrdiff_t s = 0; s < length; s += VEC) {
        const vd here = vd_load_any(o + s);
        vd sum[5] = {here * 0, here * 0, here * 0, here * 0, here * 0};
        for (int n = 0; n < lags; n++) {
            const vd g = vd_load_any(weight + s - n);
            const double *b = share[lags - 1 - n];
            sum[0] += g;
            for (int i = 0; i < 4; i++) sum[i + 1] += g * wave[n][i];
            const vd h = sum[0] * b[0] + (sum[1] * b[1] + sum[2] * b[2]) + (sum[3] * b[3] + sum[4] * b[4]);
            total[lags - 1 - n] += here * vd_load_any(o + s + lags - 1 - n) * h;
        }
    }
    for (int lag = 0; lag < lags; lag++) sums[lag] = vd_sum(total[lag]);
    free(memory), free(wave), free(share);
    return 0;
}

#endif
