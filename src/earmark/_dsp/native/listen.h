/* Pass one: spectra, what is measured on each of them, and the separation. */
#ifndef EARMARK_LISTEN_H
#define EARMARK_LISTEN_H

#include "loudness.h"
#include "measure.h"
#include "separate.h"
#include "texture.h"

enum { RMS, CENTROID, BANDWIDTH, ROLLOFF, CROSSINGS, HARMONIC, PERCUSSIVE, RISES, MEAN_RISES, FLATNESS, FLUX, PER_FRAME };

static float *per_frame(const em_memory *m, int what) { return m->per_frame + what * m->frame_room; }

static ptrdiff_t groups_of(const em_song *song) { return (song->frames + LANES - 1) / LANES; }

static int frames_in(const em_song *song, ptrdiff_t group) {
    const ptrdiff_t left = song->frames - group * LANES;
    return left < LANES ? (int)left : LANES;
}

/* Memory for a signal's frames, and for the spectra that pass two needs again. */
static int make_room(em_song *song) {
    em_memory *m = song->memory;
    const ptrdiff_t frames = (groups_of(song) + 2) * LANES;
    if (frames > m->frame_room) {
        free_aligned(m->per_frame);
        m->frame_room = 0;
        m->per_frame = aligned_memory((size_t)frames * PER_FRAME * sizeof(float));
        if (!m->per_frame) return -1;
        m->frame_room = frames;
    }
    if (song->parts & EM_CONTRAST && groups_of(song) > m->contrast_room) {
        free_aligned(m->contrast);
        m->contrast_room = 0;
        m->contrast = aligned_memory((size_t)groups_of(song) * CONTRAST_GROUP * sizeof(float));
        if (!m->contrast) return -1;
        m->contrast_room = groups_of(song);
    }
    m->kept = groups_of(song) < KEPT_GROUPS ? groups_of(song) : KEPT_GROUPS;
    if (m->kept + 1 > m->kept_room) { /* one more for the group at hand */
        free_aligned(m->power), free_aligned(m->mel);
        m->kept_room = 0;
        m->power = aligned_memory((size_t)(m->kept + 1) * GROUP * sizeof(float));
        m->mel = aligned_memory((size_t)(m->kept + 1) * MEL_GROUP * sizeof(float));
        if (!m->power || !m->mel) return -1;
        m->kept_room = m->kept + 1;
    }
    return 0;
}

/* Transform a group again in double precision, as librosa does all of them, into m->exact_rows. */
static int transform_exactly(em_memory *m, const float *hops) {
    if (!m->exact) {
        m->exact = malloc(sizeof *m->exact);
        m->exact_rows = aligned_memory(4 * PLACES * sizeof(double));
        if (!m->exact || !m->exact_rows) return -1;
        double_fill_table(m->exact);
    }
    double *zr = m->exact_rows;
    double_transform_frames(m->exact, hops, zr, zr + PLACES, zr + 2 * PLACES, zr + 3 * PLACES);
    return 0;
}

/* The bins of what transform_exactly made, and the strongest power of each lane. */
static void unfold_exactly(em_memory *m, float *re, float *im, float *magnitude, float *power, float *most) {
    const double *zr = m->exact_rows, *zi = zr + PLACES;
    memset(most, 0, LANES * sizeof *most);
    for (int k = 0; k <= HALF / 2; k++) {
        const double wr = m->exact->half_re[k], wi = m->exact->half_im[k];
        const double *low_re = zr + PLACE(k), *low_im = zi + PLACE(k);
        const double *high_re = zr + PLACE((HALF - k) % HALF), *high_im = zi + PLACE((HALF - k) % HALF);
        float bins[2][4][LANES]; /* at k and at 1024 - k: re, im, magnitude, power */
        for (int lane = 0; lane < LANES; lane++) {
            const double er = (low_re[lane] + high_re[lane]) / 2, ei = (low_im[lane] - high_im[lane]) / 2;
            const double or = (low_im[lane] + high_im[lane]) / 2, oi = (high_re[lane] - low_re[lane]) / 2;
            const double pr = or * wr - oi * wi, pi = or * wi + oi * wr;
            bins[0][0][lane] = (float)(er + pr), bins[0][1][lane] = (float)(ei + pi);
            bins[1][0][lane] = (float)(er - pr), bins[1][1][lane] = (float)(pi - ei);
            bins[0][2][lane] = (float)sqrt((er + pr) * (er + pr) + (ei + pi) * (ei + pi));
            bins[1][2][lane] = (float)sqrt((er - pr) * (er - pr) + (pi - ei) * (pi - ei));
        }
        for (int side = 0; side < 2; side++) {
            const size_t at = (size_t)(side ? HALF - k : k) * LANES;
            for (int lane = 0; lane < LANES; lane++) {
                const float power_here = bins[side][2][lane] * bins[side][2][lane];
                bins[side][3][lane] = power_here;
                most[lane] = power_here > most[lane] ? power_here : most[lane];
            }
            memcpy(re + at, bins[side][0], sizeof bins[side][0]), memcpy(im + at, bins[side][1], sizeof bins[side][1]);
            memcpy(magnitude + at, bins[side][2], sizeof bins[side][2]);
            memcpy(power + at, bins[side][3], sizeof bins[side][3]);
        }
    }
}

/* Spectra and magnitudes of a group into this turn's arrays. */
static int transform_group(em_song *song, ptrdiff_t group) {
    em_memory *m = song->memory;
    const int at = (int)(group % 2), frames = frames_in(song, group);
    float *re = m->spectrum_re[at], *im = m->spectrum_im[at], *magnitude = m->magnitude;
    float *power = m->power + (group < m->kept ? group : m->kept) * GROUP; /* kept where there is room for it */
    load_hops(song, group * LANES, m->hops[at]);
    single_transform_frames(&m->fft, m->hops[at], m->re, m->im, m->spare_re, m->spare_im);
    unfold(m, re, im, magnitude, power);
    if (frames < LANES) silence_group(frames, re, im, magnitude, power);
    float *centroid = per_frame(m, CENTROID) + group * LANES, *bandwidth = per_frame(m, BANDWIDTH) + group * LANES;
    float *rolloff = per_frame(m, ROLLOFF) + group * LANES;
    float *found = song->parts & EM_CONTRAST ? m->contrast + group * CONTRAST_GROUP : NULL;
    if (found) peaks_and_valleys(song->rate, magnitude, found);
    const int shows = shape_of(song, magnitude, centroid, bandwidth, rolloff);
    if (!shows && !(found && valleys_drown(found, m->noise))) return 0;
    if (transform_exactly(m, m->hops[at]) < 0) return -1;
    float most[LANES];
    if (!shows) { /* aside, for contrast alone: its being asked for must not change other numbers */
        re = (float *)(m->exact_rows + 2 * PLACES), im = re + PLACES;
        magnitude = im + PLACES, power = magnitude + PLACES;
    }
    unfold_exactly(m, re, im, magnitude, power, shows ? m->most : most);
    if (frames < LANES) silence_group(frames, re, im, magnitude, power);
    if (shows) shape_of(song, magnitude, centroid, bandwidth, rolloff);
    if (found) peaks_and_valleys(song->rate, magnitude, found);
    return 0;
}

/* Power and mel power of a group that was just transformed. */
static void power_of_group(em_song *song, ptrdiff_t group, float **power, float **mel) {
    em_memory *m = song->memory;
    const ptrdiff_t place = group < m->kept ? group : m->kept;
    *power = m->power + place * GROUP, *mel = m->mel + place * MEL_GROUP;
    if (song->parts & (EM_MEL | EM_MFCC | EM_ONSETS)) mel_of(song->rate, *power, *mel);
}

static float loudest_of(const float *x, int count, float loudest) {
    vf most = vf_all(loudest);
    for (int at = 0; at < count; at += W) most = vf_max(most, vf_load(x + at));
    float lanes[W];
    memcpy(lanes, &most, sizeof most);
    for (int i = 0; i < W; i++) loudest = lanes[i] > loudest ? lanes[i] : loudest;
    return loudest;
}

/* How often the sign changes within samples. Those closer to zero than 1e-10 count as zero, which is positive. */
static int crossings(const float *y, ptrdiff_t count) {
    const vf zero = vf_all(-1e-10f);
    int changes = 0, before = y[0] < -1e-10f;
    ptrdiff_t n = 0;
    for (; n + W <= count; n += W) {
        const int negative = mask_of(vf_less(vf_load_any(y + n), zero));
        changes += bits_in((negative ^ (negative << 1 | before)) & ((1 << W) - 1));
        before = negative >> (W - 1);
    }
    for (; n < count; n++) changes += (y[n] < -1e-10f) != before, before = y[n] < -1e-10f;
    return changes;
}

/* Root mean square and zero crossings of every frame, from the samples of every hop. */
static void waveform(em_song *song) {
    em_memory *m = song->memory;
    const float zero = -1e-10f; /* samples closer to zero than this count as zero, which is positive */
    const float *y = song->y;
    float *rms = per_frame(m, RMS), *rate = per_frame(m, CROSSINGS);
    float *energy = per_frame(m, RISES), *crossed = per_frame(m, MEAN_RISES); /* free until pass two */
    const ptrdiff_t hops = song->frames + OVERLAP - 1;
    for (ptrdiff_t hop = 0; hop < hops; hop++) {
        const ptrdiff_t first = (hop - 2) * HOP;
        const ptrdiff_t end = first + HOP < song->samples ? first + HOP : song->samples;
        float sum = 0, count = 0;
        if (first >= 0 && first < end) {
            sum = energy_of(y + first, end - first);
            const int begins = first > 0 && (y[first] < zero) != (y[first - 1] < zero);
            /* apart, for a frame does not count its first sample */
            count = (float)begins / 4096.0f + (float)(begins + crossings(y + first, end - first));
        }
        energy[hop] = sum, crossed[hop] = count;
    }
    for (ptrdiff_t f = 0; f < song->frames; f++) {
        double sum = 0, changes = 0;
        for (int q = 0; q < OVERLAP; q++) sum += energy[f + q], changes += floorf(crossed[f + q]);
        rms[f] = (float)sqrt(sum / 2048);
        rate[f] = (float)((changes - (crossed[f] > floorf(crossed[f]))) / 2048);
    }
}

/* What is measured of a group beside its shape: for pass two, or frame by frame. */
static void measure_texture(em_song *song, ptrdiff_t group, const float *power) {
    em_memory *m = song->memory;
    if (song->parts & EM_CONTRAST) {
        const float *found = m->contrast + group * CONTRAST_GROUP;
        for (int side = 0; side < 2; side++)
            m->loudest[side] = loudest_of(found + side * EM_BANDS * LANES, EM_BANDS * LANES, m->loudest[side]);
    }
    if (song->parts & EM_FLATNESS) flatness_of(power, per_frame(m, FLATNESS) + group * LANES);
    if (song->parts & EM_FLUX)
        for (ptrdiff_t f = group * LANES; f < group * LANES + frames_in(song, group); f++)
            if (f > 0)
                per_frame(m, FLUX)[f] = change_between(m->frames + (f - 1) % RING * FRAME_ROW, m->frames + f % RING * FRAME_ROW);
}

static void moments_of_frames(em_song *song) {
    static const int from[] = {RMS, CENTROID, BANDWIDTH, ROLLOFF, CROSSINGS};
    static const int to[] = {EM_RMS, EM_CENTROID, EM_BANDWIDTH, EM_ROLLOFF, EM_CROSSINGS};
    const em_memory *m = song->memory;
    if (song->parts & EM_FRAMES)
        for (int i = 0; i < 5; i++) moments_of_array(per_frame(m, from[i]), song->frames, song->moments[to[i]]);
    if (song->parts & EM_FLATNESS)
        moments_of_array(per_frame(m, FLATNESS), song->frames, song->moments[EM_FLAT]);
    if (song->parts & EM_FLUX && song->frames > 1)
        moments_of_array(per_frame(m, FLUX) + 1, song->frames - 1, song->moments[EM_CHANGE]);
}

static int listen(em_song *song) {
    em_memory *m = song->memory;
    const ptrdiff_t groups = groups_of(song);
    if (make_room(song) < 0) return -1;
    for (int row = 0; row < EM_ROWS; row++) m->row_sums[row].begun = 0;
    m->peaks[0].count = m->peaks[1].count = 0, m->loudest_mel = m->loudest[0] = m->loudest[1] = 0;
    song->tuning = song->tuning_bins = 0, song->loud[0] = song->loud[1] = 0;
    if (song->parts & EM_FRAMES) waveform(song);
    if (song->parts & EM_HPSS) memset(m->overlap, 0, HOP * LANES * sizeof(float));
    em_parts parts = {per_frame(m, HARMONIC), per_frame(m, PERCUSSIVE), {0, 0}, {0, 0}};
    for (ptrdiff_t group = 0; group < groups; group++) {
        float *power, *mel;
        if (transform_group(song, group) < 0) return -1;
        power_of_group(song, group, &power, &mel);
        if (peaks_of_group(song, power) < 0) return -1;
        if (song->parts & (EM_MFCC | EM_ONSETS))
            m->loudest_mel = loudest_of(mel, MEL_GROUP, m->loudest_mel);
        if (song->parts & EM_MEL)
            for (int j = 0; j < EM_MELS; j++)
                add_row(&m->row_sums[EM_MEL_ROW + j], mel + j * LANES, frames_in(song, group));
        if (song->parts & (EM_HPSS | EM_FLUX)) remember_frames(m, m->magnitude, group);
        measure_texture(song, group, power);
        if (!(song->parts & EM_HPSS)) continue;
        if (group > 0) separate(song, group - 1, &parts);
        medians_over_frequency(m, m->magnitude);
    }
    if (song->parts & EM_HPSS) {
        separate(song, groups - 1, &parts);
        const ptrdiff_t next = groups * LANES; /* hop 2 is the signal's first */
        if ((next - 2) * HOP < song->samples) { /* no frames come any more into m->re and m->im */
            memset(m->rows, 0, 2 * PLACES * sizeof(float));
            load_hops(song, next, m->hops[groups % 2]);
            finish_hops(song, m->hops[groups % 2], next, &parts);
        } else {
            memset(parts.harmonic + next, 0, OVERLAP * sizeof(float));
            memset(parts.percussive + next, 0, OVERLAP * sizeof(float));
        }
        for (int part = 0; part < 2; part++) {
            const double mean = parts.sum[part] / (double)song->samples;
            const double variance = parts.square[part] / (double)song->samples - mean * mean;
            double *moments = song->moments[part ? EM_PERCUSSIVE : EM_HARMONIC];
            moments[0] = mean, moments[1] = variance < 0 ? 0 : variance;
            float *energy = part ? parts.percussive : parts.harmonic;
            for (ptrdiff_t f = 0; f < song->frames; f++)
                energy[f] = (float)sqrt(((double)energy[f] + energy[f + 1] + energy[f + 2] + energy[f + 3]) / 2048);
            moments_of_array(energy, song->frames, song->moments[part ? EM_PERCUSSIVE_RMS : EM_HARMONIC_RMS]);
        }
    }
    moments_of_frames(song);
    if (tuning_of(&m->peaks[0], song->rate->tuning, 12, &song->tuning) < 0) return -1;
    return tuning_of(&m->peaks[1], song->rate->tuning, 36, &song->tuning_bins);
}

#endif
