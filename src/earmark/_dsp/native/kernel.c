/* One kernel: setup.py compiles this file once for every instruction set, with -DEM_ISA=its name. */
#include "constant_q.h"
#include "correlate.h"
#include "finish.h"
#include "loudness.h"
#include "tonality.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

static em_memory *remember(void) {
    em_memory *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    single_fill_table(&m->fft);
    for (int i = 0; i < BINS + LANES + 2 * REACH; i++) m->mirror[i] = (int)mirrored(i - REACH, BINS);
    const size_t sizes[] = {PLACES, PLACES, PLACES, PLACES, HOP * HOP_ROW, HOP * HOP_ROW, GROUP, GROUP, GROUP, GROUP,
                            GROUP, RING * FRAME_ROW, GROUP, HOP * LANES, LANES, LANES, 2 * MEL_GROUP, MEL_GROUP};
    float **const rows[] = {&m->re, &m->im, &m->spare_re, &m->spare_im, &m->hops[0], &m->hops[1],
                            &m->spectrum_re[0], &m->spectrum_im[0], &m->spectrum_re[1], &m->spectrum_im[1],
                            &m->magnitude, &m->frames, &m->mask, &m->overlap,
                            &m->most, &m->noise, &m->level, &m->rise};
    const int count = sizeof sizes / sizeof *sizes;
    size_t total = 0;
    for (int i = 0; i < count; i++) total += (sizes[i] + 2 * LANES - 1) / LANES * LANES;
    m->rows = aligned_memory(total * sizeof(float));
    if (!m->rows) {
        free(m);
        return NULL;
    }
    memset(m->rows, 0, total * sizeof(float));
    float *next = m->rows;
    for (int i = 0; i < count; i++) *rows[i] = next, next += (sizes[i] + 2 * LANES - 1) / LANES * LANES;
    return m;
}

static void forget(em_memory *m) {
    if (!m) return;
    free_aligned(m->rows), free_aligned(m->exact_rows), free_aligned(m->power), free_aligned(m->mel), free_aligned(m->per_frame), free_aligned(m->contrast), free_aligned(m->constant_q);
    for (int i = 0; i < 2; i++) free(m->peaks[i].hz), free(m->peaks[i].height);
    free(m->exact), free(m);
}

static int least(em_memory *m, const float *y, ptrdiff_t samples) {
    em_song song = {.y = y, .samples = samples, .frames = 1 + samples / HOP, .memory = m};
    for (ptrdiff_t group = 0; group < groups_of(&song); group++) {
        load_hops(&song, group * LANES, m->hops[0]);
        single_transform_frames(&m->fft, m->hops[0], m->re, m->im, m->spare_re, m->spare_im);
        unfold(m, m->spectrum_re[0], m->spectrum_im[0], NULL, NULL);
        remember_frames(m, m->magnitude, group); /* medians over time need frames side by side */
        mask_by_time(m, group, song.frames, 0);
        medians_over_frequency(m, m->magnitude);
        fold(m, m->spectrum_re[0], m->spectrum_im[0], NULL);
        single_transform(&m->fft, m->im, m->re, m->spare_im, m->spare_re);
    }
    return 0;
}

const em_kernel JOIN(em_kernel_, EM_ISA) = {
    TEXT(EM_ISA), remember, forget, listen, finish, correlate, energy_of, extremes, constant_q, tonality, least,
};
