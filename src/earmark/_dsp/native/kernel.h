/* What the kernels offer to module.c: the same functions, compiled once for every instruction set. */
#ifndef EARMARK_KERNEL_H
#define EARMARK_KERNEL_H

#include <stddef.h>

enum {
    EM_FRAMES = 1,
    EM_CHROMA = 2,
    EM_MEL = 4,
    EM_MFCC = 8,
    EM_HPSS = 16,
    EM_CONTRAST = 32,
    EM_FLATNESS = 64,
    EM_FLUX = 128,
    EM_ONSETS = 256,
    EM_TUNING = 512
};

enum { EM_MELS = 128, EM_MFCCS = 20, EM_PITCHES = 12, EM_BANDS = 7, EM_BINS = 1025, EM_LAGS = 512, EM_FEW = 32 };

/* Rows of moments, mean and population variance each, in the order that module.c gives them names in. */
enum {
    EM_RMS,
    EM_CENTROID,
    EM_BANDWIDTH,
    EM_ROLLOFF,
    EM_CROSSINGS,
    EM_HARMONIC,
    EM_PERCUSSIVE,
    EM_HARMONIC_RMS,
    EM_PERCUSSIVE_RMS,
    EM_FLAT,
    EM_CHANGE,
    EM_CHROMA_ROW,
    EM_MFCC_ROW = EM_CHROMA_ROW + EM_PITCHES,
    EM_CONTRAST_ROW = EM_MFCC_ROW + EM_MFCCS,
    EM_MEL_ROW = EM_CONTRAST_ROW + EM_BANDS,
    EM_ROWS = EM_MEL_ROW + EM_MELS
};

/* Everything that depends on the sampling rate; the arrays belong to Python. */
typedef struct {
    double rate_hz;
    const float *mel;        /* (128, 1025): filters */
    const int *mel_runs;     /* (128, 2): first bin and end of each */
    const float *cosines;    /* (20, 128): the discrete cosine transform */
    const double *tuning;    /* (101,): edges of the histogram of deviations */
    const int *contrast;     /* (7, 3): first bin, end and how many are averaged at either end of a band */
    int first_peak, end_peak; /* bins that spectral peaks are looked for in */
} em_rate;

typedef struct em_memory em_memory;

/* One signal, from listen() to finish(). */
typedef struct {
    const float *y;
    ptrdiff_t samples, frames;
    int parts;
    const em_rate *rate;
    em_memory *memory; /* kept from call to call */
    double tuning, tuning_bins; /* in semitones of power for chroma, in thirds of them of magnitude */
    const float *chroma; /* (12, 1025) */
    const int *runs;     /* (count, 3): pitch class, first bin and end of where a filter is not negligible */
    ptrdiff_t run_count;
    double (*moments)[2];
    ptrdiff_t loud[2];
    float *onsets, *onsets_mean;
} em_song;

enum { EM_FILTERS = 36, EM_FILTER_BINS = 513, EM_LOWEST = 32, EM_HIGHEST = 223, EM_BAND = 132 };

/* One octave of the constant-Q transform. */
typedef struct {
    const float *y;
    ptrdiff_t samples;
    int hop;              /* 8, 16, ... 512 */
    const float *weights; /* (36, 513): what the filters are made of, lowest first */
    const int *runs;      /* (36, 2): first bin and end of each */
    int first, end;       /* of all of them together, at most EM_BAND bins from EM_LOWEST to EM_HIGHEST */
    float *energy;        /* (12, frames): magnitudes are added; frames are a multiple of 16 */
    ptrdiff_t frames;
} em_octave;

enum { EM_STEPS = 4, EM_WINDOW = 43, EM_AXES = 6, EM_TONAL_ROWS = 2 * EM_PITCHES + EM_AXES };

/* What is asked of the energy of pitch classes. */
typedef struct {
    const float *energy;   /* (12, row) */
    ptrdiff_t row, frames; /* row is a multiple of 16 */
    const float *steps;    /* (4,): shares of the energy that CENS cuts at, ascending */
    const float *window;   /* (43,): what CENS is smoothed with */
    const double *corners; /* (6, 12): tonal centroids of the pitch classes */
    double (*moments)[2];  /* (30, 2): of chroma, of CENS, of tonal centroids */
} em_tonality;

typedef struct {
    const char *name;
    em_memory *(*remember)(void);
    void (*forget)(em_memory *);
    /* Pass one: spectra, frame by frame numbers, separation; then the tuning is known. -1: out of memory. */
    int (*listen)(em_song *);
    /* Pass two: what depends on the tuning or on the loudest moment. -1: out of memory. */
    int (*finish)(em_song *);
    /* Summed autocorrelations, `lags` numbers, of all Hann-windowed stretches of so many onsets, each of unit
       energy. -1: out of memory. */
    int (*correlate)(em_memory *, const float *onsets, ptrdiff_t count, int lags, double *sums);
    /* The sum of all squares. */
    float (*energy)(const float *y, ptrdiff_t samples);
    /* Largest and smallest sum of squares over boxes that end at samples first .. end - 1. -1: out of memory. */
    int (*extremes)(const float *y, ptrdiff_t samples, int box, ptrdiff_t first, ptrdiff_t end, double found[2]);
    /* Add the magnitudes of an octave's filters to the pitch classes. -1: out of memory. */
    int (*constant_q)(em_memory *, const em_octave *);
    /* Moments of chroma, CENS and tonal centroids. -1: out of memory. */
    int (*tonality)(const em_tonality *);
    /* One forward and one inverse transform and two medians per frame, and nothing else: the least that the
       separation can cost. */
    int (*floor)(em_memory *, const float *y, ptrdiff_t samples);
} em_kernel;

extern const em_kernel em_kernel_baseline;
#if defined(__x86_64__) && defined(__GNUC__)
extern const em_kernel em_kernel_avx2;
extern const em_kernel em_kernel_avx512;
#endif

#endif
