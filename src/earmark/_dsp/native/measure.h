/* What is measured on sixteen magnitude spectra at a time. */
#ifndef EARMARK_MEASURE_H
#define EARMARK_MEASURE_H

#include "memory.h"

#define BLOCK 32 /* bins summed before the 85-% point is looked for bin by bin */
#define BLOCKS ((BINS + BLOCK - 1) / BLOCK)

/* Centroid, bandwidth and rolloff. Returns whether they need double precision: single leaves noise of 2e-7 of the
   root mean square in every bin, which decides where a pure tone has next to nothing; and has no squares of what
   is 1e-19. */
static int shape_of(const em_song *song, const float *magnitude, float *centroid, float *bandwidth, float *rolloff) {
    const float hz = (float)(song->rate->rate_hz / 2048);
    int shows = 0;
    for (int lane = 0; lane < LANES; lane += W) {
        vf upto[BLOCKS], first = vf_all(0), square = vf_all(0), sum = vf_all(0);
        for (int block = 0; block < BLOCKS; block++) {
            const int end = block == BLOCKS - 1 ? BINS : (block + 1) * BLOCK;
            vf moment = vf_all(0), power = vf_all(0);
            for (int k = block * BLOCK; k < end; k++) {
                const vf a = vf_load(magnitude + k * LANES + lane);
                sum += a, moment += a * (float)k, power += a * a; /* one by one: the rolloff is librosa's to a tie */
            }
            first += moment, square += power;
            upto[block] = sum;
        }
        const vf tiny = vf_all(1.17549435e-38f);
        const vi silent = vf_less(sum, tiny);
        const vf weight = vf_choose(silent, vf_all(INFINITY), sum);
        const vf centre = first / weight, level = vf_sqrt(square * (1.0f / BINS)) * 2e-7f, faint = 4.0f * level;
        vf spread = vf_all(0), noise = vf_all(0), spread_odd = vf_all(0), noise_odd = vf_all(0);
        for (int k = 0; k < BINS - 1; k += 2) { /* two sums each, for one would wait for itself */
            const vf a = vf_load(magnitude + k * LANES + lane), b = vf_load(magnitude + (k + 1) * LANES + lane);
            const vf off = (float)k - centre, off_b = (float)(k + 1) - centre, far = off * off, far_b = off_b * off_b;
            spread += a * far, spread_odd += b * far_b;
            noise += vf_choose(vf_less(a, faint), far, vf_all(0));
            noise_odd += vf_choose(vf_less(b, faint), far_b, vf_all(0));
        }
        const vf top = vf_load(magnitude + (BINS - 1) * LANES + lane), off = (float)(BINS - 1) - centre;
        spread += spread_odd + top * off * off, noise += noise_odd;
        const vi loud = vf_less(spread * 5e-5f, noise * level) | (vf_less(sum, vf_all(1e-12f)) & vf_less(vf_all(0), sum));
        const vf wide = vf_sqrt(spread / weight) * hz, middle = centre * hz, threshold = sum * 0.85f;
        vf before = vf_all(0), past = vf_all(0);
        for (int block = 0; block < BLOCKS; block++) {
            const vi below = vf_less(upto[block], threshold);
            before = vf_choose(below, upto[block], before);
            past += vf_choose(below, vf_all(1), vf_all(0));
        }
        vf_store(centroid + lane, middle), vf_store(bandwidth + lane, wide);
        vf_store(song->memory->noise + lane, level);
        float starts[W], limits[W], sums[W];
        int32_t shown[W];
        memcpy(starts, &past, sizeof past), memcpy(limits, &threshold, sizeof past), memcpy(sums, &before, sizeof past);
        memcpy(shown, &loud, sizeof loud);
        for (int i = 0; i < W; i++) {
            int k = (int)starts[i] * BLOCK;
            float total = sums[i];
            for (; k < BINS - 1; k++) {
                total += magnitude[k * LANES + lane + i];
                if (!(total < limits[i])) break;
            }
            rolloff[lane + i] = (float)k * hz;
            shows |= shown[i];
        }
    }
    return shows != 0;
}

static inline int mask_of(vi mask) {
#if W == 16
    return (int)_mm512_movepi32_mask((__m512i)mask);
#elif W == 8
    return _mm256_movemask_ps((__m256)mask);
#elif defined(__SSE2__) && W == 4
    return _mm_movemask_ps((__m128)mask);
#elif W == 4
    return (mask[0] & 1) | (mask[1] & 2) | (mask[2] & 4) | (mask[3] & 8);
#else
    return mask & 1;
#endif
}

static inline int bits_in(int mask) {
#if W >= 8
    return __builtin_popcount((unsigned)mask);
#else
    return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1) + (mask >> 3 & 1);
#endif
}

/* Number of the lowest bit that is set; any number if none is. */
static inline int lowest_bit(int mask) {
#if defined(__GNUC__)
    return __builtin_ctz((unsigned)mask | 1u << W);
#else
    (void)mask;
    return 0; /* one lane, one bit */
#endif
}

/* Make room for `more` peaks. */
static int peaks_fit(em_peaks *peaks, ptrdiff_t more) {
    if (peaks->count + more <= peaks->room) return 0;
    const ptrdiff_t room = 2 * peaks->room + more;
    float *hz = realloc(peaks->hz, (size_t)room * sizeof(float));
    if (hz) peaks->hz = hz;
    float *height = realloc(peaks->height, (size_t)room * sizeof(float));
    if (height) peaks->height = height;
    if (!hz || !height) return -1;
    peaks->room = room;
    return 0;
}

/* Interpolate a peak by a parabola. */
static inline void add_peak(const em_rate *rate, const float *row, int k, em_peaks *peaks) {
    const float left = row[-LANES], centre = row[0], right = row[LANES];
    const float curvature = right + left - 2 * centre, slope = (right - left) / 2;
    const float shift = fabsf(slope) < fabsf(curvature) ? -slope / curvature : 0.0f;
    const float height = centre + 0.5f * slope * shift;
    peaks->hz[peaks->count] = (float)(((double)k + (double)shift) * rate->rate_hz / 2048);
    peaks->height[peaks->count] = height;
    peaks->count += height < INFINITY;
}

/* Peaks of power, or of magnitude, as in earmark._dsp.chroma.pitch_peaks: only what is above `least` of its frame
   counts. Where they are is written down first, four at a time whether or not there are as many: a branch for each
   of them would be guessed wrong. */
static int peaks_of(const em_rate *rate, const float *spectra, const float *least, em_peaks *peaks) {
    if (peaks_fit(peaks, (ptrdiff_t)LANES * (rate->end_peak - rate->first_peak)) < 0) return -1;
    for (int lane = 0; lane < LANES; lane += W) {
        const vf floor = vf_load_any(least + lane);
        vf below = vf_load(spectra + (rate->first_peak - 1) * LANES + lane);
        vf here = vf_load(spectra + rate->first_peak * LANES + lane);
        for (int first = rate->first_peak; first < rate->end_peak; first += BLOCK) {
            const int end = first + BLOCK < rate->end_peak ? first + BLOCK : rate->end_peak;
            int places[BLOCK * W + 4], count = 0;
            for (int k = first; k < end; k++) {
                const vf above = vf_load(spectra + (k + 1) * LANES + lane);
                int found = mask_of(vf_less(floor, here) & vf_less(below, here) & ~vf_less(here, above));
                below = here, here = above;
                const int next = count + bits_in(found);
                do
                    for (int i = 0; i < 4; i++, found &= found - 1)
                        places[count + i] = k * LANES + lane + lowest_bit(found);
                while (count += 4, found);
                count = next;
            }
            for (int i = 0; i < count; i++) add_peak(rate, spectra + places[i], places[i] / LANES, peaks);
        }
    }
    return 0;
}

/* Of the group at hand: those of power for chroma, those of magnitude for the constant-Q transform, as in librosa. */
static int peaks_of_group(const em_song *song, const float *power) {
    em_memory *m = song->memory;
    float least[LANES];
    for (int lane = 0; lane < LANES; lane += W) vf_store_any(least + lane, vf_load(m->most + lane) * 0.1f);
    if (song->parts & EM_CHROMA && peaks_of(song->rate, power, least, &m->peaks[0]) < 0) return -1;
    if (!(song->parts & EM_TUNING)) return 0;
    for (int lane = 0; lane < LANES; lane += W) { /* not from power: the faintest have none */
        vf most = vf_all(0);
        for (int k = 0; k < BINS; k++) most = vf_max(most, vf_load(m->magnitude + k * LANES + lane));
        vf_store_any(least + lane, most * 0.1f);
    }
    return peaks_of(song->rate, m->magnitude, least, &m->peaks[1]);
}

static int ascending(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The number that would be at place `rank` if x were sorted; x is reordered so that none after it is smaller. */
static float select_rank(float *x, ptrdiff_t count, ptrdiff_t rank) {
    ptrdiff_t first = 0, last = count - 1;
    while (last - first > 16) {
        const float a = x[first], b = x[first + (last - first) / 2], c = x[last];
        const float pivot = a < b ? (b < c ? b : (a < c ? c : a)) : (a < c ? a : (b < c ? c : b));
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (x[i] < pivot) i++;
            while (pivot < x[j]) j--;
            if (i <= j) {
                const float swap = x[i];
                x[i++] = x[j], x[j--] = swap;
            }
        }
        if (rank <= j)
            last = j;
        else if (rank >= i)
            first = i;
        else
            return x[rank];
    }
    qsort(x + first, (size_t)(last - first + 1), sizeof *x, ascending);
    return x[rank];
}

static inline int bucket_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (int)(bits >> 20 & 2047);
}

/* The median of positive numbers. Sorted into buckets by exponent and three more bits, only a few are left to be
   looked at; `spare` has room for as many numbers. */
static float median_of_heights(const float *x, ptrdiff_t count, float *spare) {
    ptrdiff_t sizes[2048] = {0}, before = 0, inside = 0;
    int bucket = 0;
    for (ptrdiff_t i = 0; i < count; i++) sizes[bucket_of(x[i])]++;
    while (before + sizes[bucket] <= count / 2) before += sizes[bucket++];
    float below = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const int here = bucket_of(x[i]);
        if (here == bucket) spare[inside++] = x[i];
        below = here < bucket && x[i] > below ? x[i] : below;
    }
    const ptrdiff_t rank = count / 2 - before;
    const float middle = select_rank(spare, inside, rank);
    if (count % 2) return middle;
    for (ptrdiff_t i = 0; i < rank; i++) below = below > spare[i] ? below : spare[i];
    return (below + middle) / 2;
}

/* Deviation from concert pitch in bins of so many to an octave: earmark._dsp.chroma.tuning. -1: out of memory. */
static int tuning_of(const em_peaks *peaks, const double *edges, float bins_per_octave, double *tuning) {
    const ptrdiff_t count = peaks->count;
    *tuning = 0;
    if (!count) return 0;
    float *spare = malloc((size_t)count * sizeof *spare);
    if (!spare) return -1;
    const float middle = median_of_heights(peaks->height, count, spare);
    ptrdiff_t high = 0, counts[100] = {0};
    for (ptrdiff_t i = 0; i < count; i++) spare[high] = peaks->hz[i], high += peaks->height[i] >= middle;
    for (ptrdiff_t i = 0; i < high; i++) {
        const float place = bins_per_octave * log2f(spare[i] / 27.5f);
        float off = place - floorf(place);
        if (off >= 0.5f) off -= 1.0f;
        int bin = (int)((off + 0.5f) * 100.0f);
        bin = bin < 0 ? 0 : bin > 99 ? 99 : bin;
        while (bin > 0 && off < edges[bin]) bin--;
        while (bin < 99 && off >= edges[bin + 1]) bin++;
        counts[bin]++;
    }
    free(spare);
    int best = 0;
    for (int bin = 1; bin < 100; bin++)
        if (counts[bin] > counts[best]) best = bin;
    *tuning = edges[best];
    return 0;
}

#define AT_ONCE (ROWS > 1 ? 2 : 4) /* sums at a time, for one would wait for itself */

/* Weighted sum of rows first .. end - 1. */
static inline ALWAYS void weighted(const float *rows, const float *weight, int first, int end, vf sum[ROWS]) {
    vf sums[AT_ONCE][ROWS];
    for (int i = 0; i < AT_ONCE; i++)
        for (int row = 0; row < ROWS; row++) sums[i][row] = vf_all(0);
    int k = first;
    for (; k + AT_ONCE <= end; k += AT_ONCE)
        for (int i = 0; i < AT_ONCE; i++)
            for (int row = 0; row < ROWS; row++)
                sums[i][row] += vf_load(rows + (k + i) * LANES + row * W) * weight[k + i];
    for (; k < end; k++)
        for (int row = 0; row < ROWS; row++) sums[0][row] += vf_load(rows + k * LANES + row * W) * weight[k];
    for (int row = 0; row < ROWS; row++) {
        sum[row] = sums[0][row] + sums[1][row];
        if (AT_ONCE > 2) sum[row] += sums[AT_ONCE - 2][row] + sums[AT_ONCE - 1][row];
    }
}

/* Rows of mel filters from rows of power. */
static void mel_of(const em_rate *rate, const float *power, float *mel) {
    for (int j = 0; j < EM_MELS; j++) {
        const float *weight = rate->mel + (ptrdiff_t)j * BINS;
        const int first = rate->mel_runs[2 * j], end = rate->mel_runs[2 * j + 1];
        vf sum[ROWS];
        weighted(power, weight, first, end, sum);
        for (int row = 0; row < ROWS; row++) vf_store(mel + j * LANES + row * W, sum[row]);
    }
}

#endif
