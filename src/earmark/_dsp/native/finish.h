/* Pass two: what depends on the tuning or on the loudest moment. */
#ifndef EARMARK_FINISH_H
#define EARMARK_FINISH_H

#include "listen.h"

static void chroma_of(const em_song *song, const float *power, float *chroma) {
    memset(chroma, 0, EM_PITCHES * LANES * sizeof *chroma);
    for (ptrdiff_t i = 0; i < song->run_count; i++) { /* from low bins to high: each is read from memory once */
        const int c = song->runs[3 * i], first = song->runs[3 * i + 1], end = song->runs[3 * i + 2];
        const float *weight = song->chroma + (ptrdiff_t)c * BINS;
        vf sum[ROWS];
        weighted(power, weight, first, end, sum);
        for (int row = 0; row < ROWS; row++) {
            float *to = chroma + c * LANES + row * W;
            vf_store(to, vf_load(to) + sum[row]);
        }
    }
    for (int lane = 0; lane < LANES; lane += W) {
        vf most = vf_all(0);
        for (int c = 0; c < EM_PITCHES; c++) most = vf_max(most, vf_load(chroma + c * LANES + lane));
        most = vf_choose(vf_less(most, vf_all(1.17549435e-38f)), vf_all(1), most);
        for (int c = 0; c < EM_PITCHES; c++)
            vf_store(chroma + c * LANES + lane, vf_load(chroma + c * LANES + lane) / most);
    }
}

/* Decibels re 1 of mel power, none more than 80 below the loudest; the last frame of the group before stays in
   the number left of a row. */
static void levels_of(em_memory *m, const float *mel) {
    const float ten = 4.34294482f, floor = 1e-10f;
    const float loudest = m->loudest_mel > floor ? m->loudest_mel : floor;
    const vf least = vf_all(10.0f * log10f(loudest) - 80.0f);
    for (int j = 0; j < EM_MELS; j++) {
        float *row = m->level + j * 2 * LANES;
        row[LANES - 1] = row[2 * LANES - 1];
        for (int lane = 0; lane < LANES; lane += W) {
            const vf level = vf_log(vf_max(vf_load(mel + j * LANES + lane), vf_all(floor))) * ten;
            vf_store(row + LANES + lane, vf_max(level, least));
        }
    }
}

static void cepstrum_of(const em_song *song, const float *level, float *cepstrum) {
    for (int c = 0; c < EM_MFCCS; c += 4)
        for (int lane = 0; lane < LANES; lane += W) {
            vf sums[4] = {vf_all(0), vf_all(0), vf_all(0), vf_all(0)};
            for (int j = 0; j < EM_MELS; j++) {
                const vf here = vf_load(level + j * 2 * LANES + LANES + lane);
                for (int i = 0; i < 4; i++) sums[i] += here * song->rate->cosines[(c + i) * EM_MELS + j];
            }
            for (int i = 0; i < 4; i++) vf_store(cepstrum + (c + i) * LANES + lane, sums[i]);
        }
}

static void rises_of(em_memory *m, ptrdiff_t group) {
    float *middle = per_frame(m, RISES) + group * LANES, *mean = per_frame(m, MEAN_RISES) + group * LANES;
    for (int lane = 0; lane < LANES; lane += W) {
        vf sum = vf_all(0);
        for (int j = 0; j < EM_MELS; j++) {
            const float *row = m->level + j * 2 * LANES + LANES + lane;
            const vf rise = vf_max(vf_load(row) - vf_load_any(row - 1), vf_all(0));
            sum += rise;
            vf_store(m->rise + j * LANES + lane, rise);
        }
        float median[W] __attribute__((aligned(64)));
        median_of_bands(m->rise + lane, median);
        vf_store_any(middle + lane, vf_load(median));
        vf_store_any(mean + lane, sum * (1.0f / EM_MELS));
    }
}

/* Onset strength: a rise counts half a frame later, to counter centring; the first frame has none. */
static void onsets_of(const em_song *song, const float *rises, float *onsets) {
    const ptrdiff_t late = 2048 / (2 * HOP);
    for (ptrdiff_t f = 0; f < song->frames; f++) onsets[f] = f > late ? rises[f - late] : 0.0f;
}

static int finish(em_song *song) {
    em_memory *m = song->memory;
    const int levels = song->parts & (EM_MFCC | EM_ONSETS);
    if (!levels && !(song->parts & EM_CHROMA)) goto moments;
    for (ptrdiff_t group = 0; group < groups_of(song); group++) {
        const int frames = frames_in(song, group);
        float *power = m->power + group * GROUP, *mel = m->mel + group * MEL_GROUP;
        float rows[EM_MFCCS * LANES] __attribute__((aligned(64)));
        if (group >= m->kept) {
            if (transform_group(song, group) < 0) return -1;
            power_of_group(song, group, &power, &mel);
        }
        if (song->parts & EM_CHROMA) {
            chroma_of(song, power, rows);
            for (int c = 0; c < EM_PITCHES; c++) add_row(&m->row_sums[EM_CHROMA_ROW + c], rows + c * LANES, frames);
        }
        if (levels) levels_of(m, mel);
        if (song->parts & EM_MFCC) {
            cepstrum_of(song, m->level, rows);
            for (int c = 0; c < EM_MFCCS; c++) add_row(&m->row_sums[EM_MFCC_ROW + c], rows + c * LANES, frames);
        }
        if (song->parts & EM_ONSETS) rises_of(m, group);
    }
    if (song->parts & EM_ONSETS) {
        onsets_of(song, per_frame(m, RISES), song->onsets);
        onsets_of(song, per_frame(m, MEAN_RISES), song->onsets_mean);
    }
moments:
    if (song->parts & EM_CONTRAST)
        for (ptrdiff_t group = 0; group < groups_of(song); group++) {
            float rows[EM_BANDS * LANES] __attribute__((aligned(64)));
            contrast_of(m->contrast + group * CONTRAST_GROUP, m->loudest, rows);
            for (int band = 0; band < EM_BANDS; band++)
                add_row(&m->row_sums[EM_CONTRAST_ROW + band], rows + band * LANES, frames_in(song, group));
        }
    for (int row = EM_CHROMA_ROW; row < EM_ROWS; row++)
        if (m->row_sums[row].begun) moments_of(&m->row_sums[row], (double)song->frames, song->moments[row]);
    return 0;
}

#endif
