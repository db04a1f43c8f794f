/* What a kernel keeps from one signal to the next: tables and working memory. */
#ifndef EARMARK_MEMORY_H
#define EARMARK_MEMORY_H

#include <stdlib.h>
#if defined(_WIN32)
#include <malloc.h>
#endif

#include "kernel.h"
#include "lanes.h"

#if defined(__GNUC__)
#define ALWAYS __attribute__((always_inline))
#else
#define ALWAYS
#endif

#define HOP 512
#define OVERLAP 4 /* hops in a frame */
#define HALF 1024
#define BINS EM_BINS
#define HOP_ROW 20 /* one sample of LANES + OVERLAP - 1 hops, and one number more */
#define REACH 15   /* of a running median to either side */
#define KEPT_GROUPS 484 /* spectra of three minutes are kept for pass two, 32 MiB; the rest is made again */
#define GROUP (BINS * LANES)
#define MEL_GROUP (EM_MELS * LANES)

/* Rows lie 33 apart where 32 would put them all into the same few sets of a cache. */
#define PLACE(n) (((n) + ((n) >> 5)) * LANES)
#define PLACES (PLACE(HALF - 1) + LANES)

#define INVERSE /* in single precision only */
#define NAME(x) single_##x
#define real float
#define vec vf
#define VEC W
static inline vf single_load(const float *p) { return vf_load(p); }
static inline void single_store(float *p, vf a) { vf_store(p, a); }
static inline vf single_widen(const float *p) { return vf_load_any(p); }
#include "fft.h"
#undef NAME
#undef real
#undef vec
#undef VEC

#undef INVERSE
#define NAME(x) double_##x
#define real double
#define vec vd
#if W == 1
#define VEC 1
static inline vd double_load(const double *p) { return *p; }
static inline void double_store(double *p, vd a) { *p = a; }
static inline vd double_widen(const float *p) { return *p; }
#else
#define VEC (W / 2)
typedef double vd __attribute__((vector_size(4 * W), may_alias));
typedef float vf_half __attribute__((vector_size(2 * W), aligned(4), may_alias));
static inline vd double_load(const double *p) { return *(const vd *)p; }
static inline void double_store(double *p, vd a) { *(vd *)p = a; }
static inline vd double_widen(const float *p) { return __builtin_convertvector(*(const vf_half *)p, vd); }
#endif
#include "fft.h"
#undef NAME
#undef real
#undef vec

/* Sums of numbers and squares less a first guess at the mean, a lane each. */
typedef struct {
    double sum[LANES], square[LANES];
    float guess;
    int begun;
} em_sums;

/* Spectral peaks, and the room there is for them. */
typedef struct {
    float *hz, *height;
    ptrdiff_t count, room;
} em_peaks;

struct em_memory {
    single_fft_table fft;
    double_fft_table *exact; /* made when it is needed first */
    double *exact_rows;
    struct em_constant_q *constant_q; /* likewise */
    float *rows;             /* the arrays below point into it */
    float *re, *im, *spare_re, *spare_im;       /* PLACES each: a transform */
    float *hops[2];                             /* HOP rows of HOP_ROW */
    float *spectrum_re[2], *spectrum_im[2];     /* BINS rows: this group's and the one's before */
    float *magnitude;                           /* this group's */
    float *frames;                              /* 48 frames of FRAME_ROW magnitudes, a ring */
    float *mask;                                /* BINS rows: medians over frequency, then the mask */
    float *overlap;                             /* HOP rows: what frames left of the harmonic part in hops to come */
    float *most, *noise;                        /* a row each: strongest power, noise of single precision */
    float *level;                               /* EM_MELS rows of 2 LANES: decibels, with the frame before */
    float *rise;                                /* EM_MELS rows */
    float *power;                               /* spectra kept for pass two, groups of BINS rows */
    float *mel;                                 /* mel spectra kept for pass two */
    float *contrast;                            /* peaks and valleys of all groups */
    ptrdiff_t contrast_room;
    ptrdiff_t kept, kept_room;
    float *per_frame;                           /* arrays of one number per frame or hop */
    ptrdiff_t frame_room;
    em_peaks peaks[2]; /* of power, of magnitude */
    int mirror[BINS + LANES + 2 * REACH]; /* where the bin REACH below lies, mirrored at the ends */
    float loudest_mel, loudest[2];        /* of peaks and of valleys */
    em_sums row_sums[EM_ROWS];
    int lags; /* that the waves of `correlate` are for */
    double wave[EM_LAGS][3], share[EM_LAGS][2];
};

#define FRAME_ROW 1040 /* BINS rounded up to whole vectors */
#define RING 48

static inline void *aligned_memory(size_t size) {
#if defined(_WIN32)
    return _aligned_malloc(size, 64);
#else
    return aligned_alloc(64, (size + 63) / 64 * 64);
#endif
}

static inline void free_aligned(void *memory) {
#if defined(_WIN32)
    _aligned_free(memory);
#else
    free(memory);
#endif
}

static inline void add_row(em_sums *sums, const float *row, int frames) {
    if (!sums->begun) {
        memset(sums, 0, sizeof *sums);
        sums->guess = row[0];
        sums->begun = 1;
    }
    const float guess = sums->guess;
    for (int lane = 0; lane < frames; lane++) {
        const double off = (double)row[lane] - (double)guess;
        sums->sum[lane] += off;
        sums->square[lane] += off * off;
    }
}

static inline void moments_of(const em_sums *sums, double count, double moments[2]) {
    double sum = 0, square = 0;
    for (int lane = 0; lane < LANES; lane++) sum += sums->sum[lane], square += sums->square[lane];
    const double mean = sum / count, variance = square / count - mean * mean;
    moments[0] = (double)sums->guess + mean;
    moments[1] = variance < 0 ? 0 : variance;
}

/* Mean and population variance of an array, exactly in two passes. */
static inline void moments_of_array(const float *x, ptrdiff_t count, double moments[2]) {
    double sum = 0, square = 0;
    for (ptrdiff_t i = 0; i < count; i++) sum += x[i];
    const double mean = sum / (double)count;
    for (ptrdiff_t i = 0; i < count; i++) square += (x[i] - mean) * (x[i] - mean);
    moments[0] = mean;
    moments[1] = square / (double)count;
}

#endif
