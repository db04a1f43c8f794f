/* One kernel: setup.py compiles this file once for every instruction set, with -DEM_ISA=its name. */
#include "finish.h"

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
                            GROUP, GROUP, RING * FRAME_ROW, GROUP, GROUP, HOP * HOP_ROW, 2 * MEL_GROUP, MEL_GROUP};
    float **const rows[] = {&m->re, &m->im, &m->spare_re, &m->spare_im, &m->hops[0], &m->hops[1],
                            &m->spectrum_re[0], &m->spectrum_im[0], &m->spectrum_re[1], &m->spectrum_im[1],
                            &m->magnitude[0], &m->magnitude[1], &m->frames, &m->steady, &m->sudden, &m->overlap,
                            &m->level, &m->rise};
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
    free_aligned(m->rows), free_aligned(m->exact_rows), free_aligned(m->power), free_aligned(m->mel), free_aligned(m->per_frame);
    free(m->exact), free(m->peak_hz), free(m->peak_height), free(m);
}

static int stretches(em_memory *m, const float *onsets, ptrdiff_t count, int lags, double *power) {
    float window[EM_LAGS_MOST];
    const int side = lags / 2;
    float *padded = calloc((size_t)(count + lags + 2 * LANES), sizeof *padded);
    if (!padded) return -1;
    for (int n = 0; n < lags; n++) window[n] = (float)(0.5 - 0.5 * cos(2 * 3.14159265358979323846 * n / lags));
    for (int i = 0; i < side; i++) { /* ramps from nothing to the first and from the last to nothing */
        padded[i] = onsets[0] * (float)i / (float)side;
        padded[side + count + side - 1 - i] = onsets[count - 1] * (float)i / (float)side;
    }
    memcpy(padded + side, onsets, (size_t)count * sizeof *padded);
    memset(power, 0, 513 * sizeof *power);
    for (ptrdiff_t first = 0; first < count; first += 2 * LANES) {
        for (int part = 0; part < 2; part++) { /* two stretches are one complex signal */
            float *to = part ? m->im : m->re;
            for (int lane = 0; lane < LANES; lane += W) {
                const ptrdiff_t at = first + part * LANES + lane;
                float weights[W];
                vf energy = vf_all(0), weight;
                for (int n = 0; n < lags && at < count; n++) {
                    const vf x = vf_load_any(padded + at + n) * window[n];
                    energy += x * x;
                }
                memcpy(weights, &energy, sizeof energy);
                for (int i = 0; i < W; i++)
                    weights[i] = at + i < count && weights[i] > 0 ? 1.0f / sqrtf(weights[i]) : 0.0f;
                memcpy(&weight, weights, sizeof weight);
                for (int n = 0; n < HALF; n++) {
                    vf x = vf_all(0);
                    if (n < lags && at < count) x = vf_load_any(padded + at + n) * window[n] * weight;
                    vf_store(to + PLACE(n) + lane, x);
                }
            }
        }
        single_transform(&m->fft, m->re, m->im, m->spare_re, m->spare_im);
        for (int k = 0; k <= HALF / 2; k++) {
            float sum = 0;
            for (int side_of = 0; side_of < 2; side_of++) {
                const int at = PLACE(side_of ? (HALF - k) % HALF : k);
                for (int lane = 0; lane < LANES; lane++)
                    sum += m->re[at + lane] * m->re[at + lane] + m->im[at + lane] * m->im[at + lane];
            }
            power[k] += sum / 2;
        }
    }
    free(padded);
    return 0;
}

static int least(em_memory *m, const float *y, ptrdiff_t samples) {
    em_song song = {.y = y, .samples = samples, .frames = 1 + samples / HOP, .memory = m};
    for (ptrdiff_t group = 0; group < groups_of(&song); group++) {
        load_hops(&song, group * LANES, m->hops[0]);
        single_transform_frames(&m->fft, m->hops[0], m->re, m->im, m->spare_re, m->spare_im);
        unfold(m, m->spectrum_re[0], m->spectrum_im[0]);
        medians_over_time(m, group, song.frames);
        medians_over_frequency(m, m->magnitude[0]);
        fold_masked(m, m->spectrum_re[0], m->spectrum_im[0]);
        single_transform(&m->fft, m->im, m->re, m->spare_im, m->spare_re);
    }
    return 0;
}

const em_kernel JOIN(em_kernel_, EM_ISA) = {TEXT(EM_ISA), remember, forget, listen, finish, stretches, least};
