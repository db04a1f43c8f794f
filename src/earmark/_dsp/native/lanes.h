/* Vectors of single precision, W lanes wide.

   Spectra lie in rows of LANES numbers, one for each frame of a group: what happens to a bin happens to LANES
   frames at once, and no instruction ever moves numbers between lanes. A row takes ROWS vectors. Compilers
   without GNU's vector types work on one lane at a time: slower, the same numbers. */
#ifndef EARMARK_LANES_H
#define EARMARK_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if !defined(__GNUC__)
#define W 1
#elif defined(__AVX512F__)
#define W 16
#elif defined(__AVX2__)
#define W 8
#elif defined(__SSE2__) || defined(__ARM_NEON)
#define W 4
#else
#define W 1
#endif

#define LANES 16
#define ROWS (LANES / W)

#if W == 1
typedef float vf;
typedef int32_t vi;
typedef double vd;
static inline vf vf_min(vf a, vf b) { return a < b ? a : b; }
static inline vf vf_max(vf a, vf b) { return a > b ? a : b; }
static inline vf vf_sqrt(vf a) { return sqrtf(a); }
static inline vi vf_less(vf a, vf b) { return a < b ? -1 : 0; }
static inline vi vi_of(vf a) { return (vi)a; }
static inline vf vf_of(vi a) { return (vf)a; }
static inline void transpose(vf *rows) { (void)rows; }
#else
typedef float vf __attribute__((vector_size(4 * W), may_alias));
typedef float vf_any __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * W), may_alias));
#if W == 16
#include <immintrin.h>
static inline vf vf_min(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
static inline vf vf_max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
static inline vf vf_guess(vf a) { return (vf)_mm512_rcp14_ps((__m512)a); }
static inline vf vf_guess_root(vf a) { return (vf)_mm512_rsqrt14_ps((__m512)a); }
#elif W == 8
#include <immintrin.h>
static inline vf vf_min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
static inline vf vf_max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
static inline vf vf_guess(vf a) { return (vf)_mm256_rcp_ps((__m256)a); }
static inline vf vf_guess_root(vf a) { return (vf)_mm256_rsqrt_ps((__m256)a); }
#elif defined(__SSE2__)
#include <emmintrin.h>
static inline vf vf_min(vf a, vf b) { return (vf)_mm_min_ps((__m128)a, (__m128)b); }
static inline vf vf_max(vf a, vf b) { return (vf)_mm_max_ps((__m128)a, (__m128)b); }
static inline vf vf_sqrt(vf a) { return (vf)_mm_sqrt_ps((__m128)a); }
#else
#include <arm_neon.h>
static inline vf vf_min(vf a, vf b) { return (vf)vminq_f32((float32x4_t)a, (float32x4_t)b); }
static inline vf vf_max(vf a, vf b) { return (vf)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
static inline vf vf_sqrt(vf a) {
    vf root;
    for (int lane = 0; lane < W; lane++) root[lane] = sqrtf(a[lane]);
    return root;
}
#endif
static inline vi vf_less(vf a, vf b) { return a < b; }
static inline vi vi_of(vf a) { return __builtin_convertvector(a, vi); }
static inline vf vf_of(vi a) { return __builtin_convertvector(a, vf); }

/* Lane l of the first result comes from the first vector where bit d of l is clear, of the second from the
   second where it is set: log2(W) such steps transpose W vectors. */
#define EVEN(l, d) (((l) & (d)) ? W + (l) - (d) : (l))
#define ODD(l, d) (((l) & (d)) ? W + (l) : (l) + (d))
#if W == 16
#define ALL_(F, d)                                                                                            \
    F(0, d), F(1, d), F(2, d), F(3, d), F(4, d), F(5, d), F(6, d), F(7, d), F(8, d), F(9, d), F(10, d),       \
        F(11, d), F(12, d), F(13, d), F(14, d), F(15, d)
#elif W == 8
#define ALL_(F, d) F(0, d), F(1, d), F(2, d), F(3, d), F(4, d), F(5, d), F(6, d), F(7, d)
#else
#define ALL_(F, d) F(0, d), F(1, d), F(2, d), F(3, d)
#endif
#define STEP(d)                                                                                               \
    _Pragma("GCC unroll 16") for (int i = 0; i < W; i++) if (!(i & (d))) {                                    \
        const vf a = rows[i], b = rows[i + (d)];                                                              \
        rows[i] = __builtin_shufflevector(a, b, ALL_(EVEN, d));                                               \
        rows[i + (d)] = __builtin_shufflevector(a, b, ALL_(ODD, d));                                          \
    }
static inline __attribute__((always_inline)) void transpose(vf rows[W]) {
    STEP(1)
    STEP(2)
#if W >= 8
    STEP(4)
#endif
#if W >= 16
    STEP(8)
#endif
}
/* The W lanes that begin q before the second of two vectors side by side. */
#define BEFORE(l, q) (W - (q) + (l))
#define vf_before(low, high, q) __builtin_shufflevector(low, high, ALL_(BEFORE, q))
#undef STEP
#undef EVEN
#undef ODD
#endif

#if W == 1
static inline vf vf_load(const float *p) { return *p; }
static inline vf vf_load_any(const float *p) { return *p; }
static inline void vf_store(float *p, vf a) { *p = a; }
static inline void vf_store_any(float *p, vf a) { *p = a; }
static inline vf vf_all(float a) { return a; }
#else
static inline vf vf_load(const float *p) { return *(const vf *)p; }
static inline vf vf_load_any(const float *p) { return *(const vf_any *)p; }
static inline void vf_store(float *p, vf a) { *(vf *)p = a; }
static inline void vf_store_any(float *p, vf a) { *(vf_any *)p = a; }
static inline vf vf_all(float a) { return (vf){0} + a; }
#endif

#if W >= 8
/* One step of Newton's method doubles the digits of a guess: quicker than a division, to within 3e-7. */
static inline vf vf_inverse(vf a) {
    const vf guess = vf_guess(a);
    return guess * (2.0f - a * guess);
}
static inline vf vf_sqrt(vf a) {
    const vf guess = vf_guess_root(vf_max(a, vf_all(1.17549435e-38f))), root = a * guess;
    return root * (1.5f - 0.5f * root * guess);
}
#else
static inline vf vf_inverse(vf a) { return 1.0f / a; }
#endif

static inline vi vf_bits(vf a) {
    vi bits;
    memcpy(&bits, &a, sizeof bits);
    return bits;
}
static inline vf vf_from_bits(vi a) {
    vf number;
    memcpy(&number, &a, sizeof number);
    return number;
}
static inline vf vf_choose(vi mask, vf yes, vf no) {
    return vf_from_bits((mask & vf_bits(yes)) | (~mask & vf_bits(no)));
}

/* Natural logarithm of normal positive numbers, to about 1e-7: mantissa m in [sqrt(1/2), sqrt(2)), and
   log m = 2 artanh s with s = (m - 1) / (m + 1). */
static inline vf vf_log(vf x) {
    const vi bits = vf_bits(x);
    const vi above = vf_bits(vf_from_bits((bits & 0x007fffff) | 0x3f800000));
    const vi big = (vi)(above > 0x3fb504f3);
#if W == 1
    const vi carry = big ? 1 : 0;
#else
    const vi carry = -big;
#endif
    const vf exponent = vf_of(((bits >> 23) & 0xff) - 127 + carry);
    const vf m = vf_from_bits(above - (carry << 23));
    const vf s = (m - 1.0f) / (m + 1.0f), q = s * s;
    const vf series = 2.0f + q * (0.66666667f + q * (0.4f + q * (0.28571429f + q * 0.22222222f)));
    return exponent * 0.69314718f + s * series;
}

#endif
