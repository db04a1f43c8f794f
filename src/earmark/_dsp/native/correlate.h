/* How much onsets resemble themselves some frames later: the summed autocorrelation of all Hann-windowed
   stretches of `lags` onsets, one beginning at every frame, each divided by its energy E:

       R(l) = sum over t of 1 / E(t) * sum over n of w(n) o(t + n) w(n + l) o(t + n + l)
            = sum over s of o(s) o(s + l) H(l, s),  H(l, s) = sum over n < lags - l of w(n) w(n + l) / E(s - n).

   A product of two Hann windows, with a = 2 pi n / lags and b = 2 pi l / lags, is a sum of three functions of n,

       4 w(n) w(n + l) = (1 - cos a) - cos b (cos a - cos^2 a) + sin b (sin a - sin a cos a),

   whose weighted sums over n = 0 .. m - 1 take one step for one more n: all lags in one walk, for as many s at a
   time as a vector is wide, without a transform. In double precision, for the sums cancel where loud follows
   quiet. */
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

static void fill_waves(em_memory *m, int lags) {
    if (m->lags == lags) return;
    m->lags = lags;
    for (int n = 0; n < lags; n++) {
        const double c = cos(2 * 3.14159265358979323846 * n / lags), s = sin(2 * 3.14159265358979323846 * n / lags);
        m->wave[n][0] = (1 - c) / 4, m->wave[n][1] = (c - c * c) / 4, m->wave[n][2] = (s - s * c) / 4;
        m->share[n][0] = -c, m->share[n][1] = s;
    }
}

static int correlate(em_memory *m, const float *onsets, ptrdiff_t count, int lags, double *sums) {
    const int side = lags / 2;
    const ptrdiff_t length = count + lags; /* of the onsets with ramps at both ends */
    const ptrdiff_t room = length + 2 * lags + 4 * LANES;
    double *memory = calloc((size_t)(2 * room), sizeof *memory);
    if (!memory) return -1;
    fill_waves(m, lags);
    const double(*wave)[3] = m->wave, (*share)[2] = m->share;
    double *o = memory, *weight = memory + room + lags; /* 1 / E, nothing before the first stretch and after the last */
    for (int i = 0; i < side; i++) {
        o[i] = (double)onsets[0] * i / side;
        o[side + count + side - 1 - i] = (double)onsets[count - 1] * i / side;
    }
    for (ptrdiff_t i = 0; i < count; i++) o[side + i] = onsets[i];
    double *hann = sums; /* free until the end: the squared window */
    for (int n = 0; n < lags; n++) hann[n] = 4 * wave[n][0] * wave[n][0];
    for (ptrdiff_t t = 0; t < count; t += 4 * VEC) { /* four sums side by side: each waits for its last addition */
        vd energy[4];
        double lanes[4 * VEC];
        memset(energy, 0, sizeof energy);
        for (int n = 0; n < lags; n++)
            for (int i = 0; i < 4; i++) {
                const vd x = vd_load_any(o + t + n + i * VEC);
                energy[i] += x * x * hann[n];
            }
        memcpy(lanes, energy, sizeof energy);
        for (int i = 0; i < 4 * VEC && t + i < count; i++)
            weight[t + i] = lanes[i] > 2.2250738585072014e-308 ? 1 / lanes[i] : 0;
    }
    vd total[EM_LAGS];
    memset(total, 0, sizeof total);
    for (ptrdiff_t s = 0; s < length; s += 2 * VEC) { /* two vectors share what is read of waves and shares */
        const vd here = vd_load_any(o + s), next = vd_load_any(o + s + VEC);
        if (vd_sum(here * here + next * next) == 0) continue;
        vd sum[3] = {here * 0, here * 0, here * 0}, more[3] = {here * 0, here * 0, here * 0};
        for (int n = s > count ? (int)(s - count) : 0; n < lags; n++) { /* no stretch begins after the last onset */
            const vd g = vd_load_any(weight + s - n), f = vd_load_any(weight + s + VEC - n);
            const int lag = lags - 1 - n;
            for (int i = 0; i < 3; i++) sum[i] += g * wave[n][i], more[i] += f * wave[n][i];
            const vd h = sum[0] + (sum[1] * share[lag][0] + sum[2] * share[lag][1]);
            const vd k = more[0] + (more[1] * share[lag][0] + more[2] * share[lag][1]);
            total[lag] += here * vd_load_any(o + s + lag) * h + next * vd_load_any(o + s + VEC + lag) * k;
        }
    }
    for (int lag = 0; lag < lags; lag++) sums[lag] = vd_sum(total[lag]);
    free(memory);
    return 0;
}

#endif
