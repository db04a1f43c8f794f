/* The extension module earmark._dsp._native: chooses a kernel, checks arguments, lets go of the GIL.

   Python's side is earmark/_dsp/native_core.py, which knows what the arrays mean. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "kernel.h"

static const char EAR[] = "earmark._dsp._native.ear";

/* Kernels that this processor can run, best first. */
static int kernels(const em_kernel **found) {
    int count = 0;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
#if defined(EM_HAVE_AVX512)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
        found[count++] = &em_kernel_avx512;
#endif
#if defined(EM_HAVE_AVX2)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[count++] = &em_kernel_avx2;
#endif
#endif
    found[count++] = &em_kernel_baseline;
    return count;
}

static PyObject *isas(PyObject *self, PyObject *none) {
    (void)self, (void)none;
    const em_kernel *found[3];
    const int count = kernels(found);
    PyObject *names = PyList_New(count);
    for (int i = 0; names && i < count; i++) {
        PyObject *name = PyUnicode_FromString(found[i]->name);
        if (!name || PyList_SetItem(names, i, name) < 0) {
            Py_DECREF(names);
            return NULL;
        }
    }
    return names;
}

/* A kernel and what it remembers; one thread's. */
typedef struct {
    const em_kernel *kernel;
    em_memory *memory;
    int busy;
} ear;

static void close_ear(PyObject *capsule) {
    ear *e = PyCapsule_GetPointer(capsule, EAR);
    if (!e) return;
    e->kernel->forget(e->memory);
    PyMem_Free(e);
}

static PyObject *open_ear(PyObject *self, PyObject *name) {
    (void)self;
    const em_kernel *found[3], *kernel = NULL;
    const int count = kernels(found);
    for (int i = 0; i < count; i++)
        if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, found[i]->name) == 0) kernel = found[i];
    if (!kernel) return PyErr_Format(PyExc_ValueError, "no kernel %R here", name);
    ear *e = PyMem_Calloc(1, sizeof *e);
    if (!e) return PyErr_NoMemory();
    e->kernel = kernel, e->memory = kernel->remember();
    PyObject *capsule = e->memory ? PyCapsule_New(e, EAR, close_ear) : PyErr_NoMemory();
    if (!capsule) {
        kernel->forget(e->memory);
        PyMem_Free(e);
    }
    return capsule;
}

static ear *borrow(PyObject *capsule) {
    ear *e = PyCapsule_GetPointer(capsule, EAR);
    if (e && e->busy) {
        PyErr_SetString(PyExc_RuntimeError, "an ear hears one signal at a time");
        return NULL;
    }
    return e;
}

enum { MOST_VIEWS = 12 };

typedef struct {
    Py_buffer views[MOST_VIEWS];
    int count;
} views;

/* The memory of a contiguous array of at least `size` bytes; NULL with an error set otherwise. */
static void *view(views *all, PyObject *array, size_t size, int writable) {
    Py_buffer *buffer = &all->views[all->count];
    if (PyObject_GetBuffer(array, buffer, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) return NULL;
    all->count++;
    if ((size_t)buffer->len < size) {
        PyErr_Format(PyExc_ValueError, "an array of %zd bytes where %zu are needed", buffer->len, size);
        return NULL;
    }
    return buffer->buf;
}

static void release(views *all) {
    while (all->count) PyBuffer_Release(&all->views[--all->count]);
}

/* Runs of chroma filters must lie inside them: they are trusted from there on. */
static int runs_fit(const em_song *song) {
    for (ptrdiff_t i = 0; i < song->run_count; i++) {
        const int *run = song->runs + 3 * i;
        if (run[0] < 0 || run[0] >= EM_PITCHES || run[1] < 0 || run[2] > EM_BINS) return 0;
    }
    return 1;
}

static int second_pass(ear *e, em_song *song, views *all, PyObject *filters_of) {
    if (song->parts & EM_CHROMA) {
        PyObject *filters = PyObject_CallFunction(filters_of, "d", song->tuning);
        if (!filters) return -1;
        PyObject *weights = PySequence_GetItem(filters, 0), *runs = PySequence_GetItem(filters, 1);
        song->chroma = weights ? view(all, weights, EM_PITCHES * EM_BINS * sizeof(float), 0) : NULL;
        song->runs = song->chroma && runs ? view(all, runs, 3 * sizeof(int), 0) : NULL;
        Py_XDECREF(weights), Py_XDECREF(runs), Py_DECREF(filters); /* the views hold on to the arrays */
        if (!song->runs) return -1;
        song->run_count = all->views[all->count - 1].len / (Py_ssize_t)(3 * sizeof(int));
        if (!runs_fit(song)) {
            PyErr_SetString(PyExc_ValueError, "runs outside the filters");
            return -1;
        }
    }
    int failed;
    Py_BEGIN_ALLOW_THREADS;
    failed = e->kernel->finish(song);
    Py_END_ALLOW_THREADS;
    if (failed) PyErr_NoMemory();
    return failed;
}

/* measure(ear, samples, parts, rate, filters_of, moments, onsets, onsets_mean) -> (harmonic, percussive, tuning);
   rate is (rate_hz, mel, mel_runs, cosines, tuning, contrast, first_peak, end_peak). */
static PyObject *measure(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *samples, *filters_of, *moments, *onsets, *onsets_mean, *mel, *runs, *cosines, *tuning, *bands;
    em_rate rate;
    em_song song = {0};
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OOi(dOOOOOii)OOOO", &capsule, &samples, &song.parts, &rate.rate_hz, &mel, &runs,
                          &cosines, &tuning, &bands, &rate.first_peak, &rate.end_peak, &filters_of, &moments, &onsets,
                          &onsets_mean))
        return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    PyObject *answer = NULL;
    if (!(song.y = view(&all, samples, sizeof(float), 0))) goto done;
    song.samples = all.views[0].len / (Py_ssize_t)sizeof(float);
    song.frames = 1 + song.samples / 512;
    song.rate = &rate, song.memory = e->memory;
    const size_t frames = song.parts & EM_ONSETS ? (size_t)song.frames * sizeof(float) : 0;
    if (!(rate.mel = view(&all, mel, EM_MELS * EM_BINS * sizeof(float), 0)) ||
        !(rate.mel_runs = view(&all, runs, 2 * EM_MELS * sizeof(int), 0)) ||
        !(rate.cosines = view(&all, cosines, EM_MFCCS * EM_MELS * sizeof(float), 0)) ||
        !(rate.tuning = view(&all, tuning, 101 * sizeof(double), 0)) ||
        !(rate.contrast = view(&all, bands, 3 * EM_BANDS * sizeof(int), 0)) ||
        !(song.moments = view(&all, moments, 2 * EM_ROWS * sizeof(double), 1)) ||
        !(song.onsets = view(&all, onsets, frames, 1)) || !(song.onsets_mean = view(&all, onsets_mean, frames, 1)))
        goto done;
    for (int j = 0; j < 2 * EM_MELS; j++)
        if (rate.mel_runs[j] < 0 || rate.mel_runs[j] > EM_BINS) rate.first_peak = -1;
    for (int band = 0; band < EM_BANDS; band++) {
        const int *of = rate.contrast + 3 * band;
        if (of[0] < 0 || of[1] > EM_BINS || of[2] < 1 || of[2] > EM_FEW || of[1] - of[0] < of[2]) rate.first_peak = -1;
    }
    if (rate.first_peak < 1 || rate.end_peak > EM_BINS - 1) {
        PyErr_SetString(PyExc_ValueError, "filters or peaks outside the spectrum");
        goto done;
    }
    int failed;
    e->busy = 1;
    Py_BEGIN_ALLOW_THREADS;
    failed = e->kernel->listen(&song);
    Py_END_ALLOW_THREADS;
    if (failed)
        PyErr_NoMemory();
    else if (second_pass(e, &song, &all, filters_of) == 0)
        answer = Py_BuildValue("(nnd)", song.loud[0], song.loud[1], song.tuning_bins);
    e->busy = 0;
done:
    release(&all);
    return answer;
}

/* correlate(ear, onsets, sums): as many lags as sums, float64. */
static PyObject *correlate(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *onsets, *sums;
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OOO", &capsule, &onsets, &sums)) return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    const float *from = view(&all, onsets, sizeof(float), 0);
    double *to = from ? view(&all, sums, 2 * sizeof(double), 1) : NULL;
    const Py_ssize_t lags = to ? all.views[1].len / (Py_ssize_t)sizeof(double) : 0;
    int failed = 0;
    if (to && lags > EM_LAGS) {
        PyErr_SetString(PyExc_ValueError, "too many lags");
        to = NULL;
    }
    if (to) {
        const ptrdiff_t count = all.views[0].len / (Py_ssize_t)sizeof(float);
        Py_BEGIN_ALLOW_THREADS;
        failed = e->kernel->correlate(e->memory, from, count, (int)lags, to);
        Py_END_ALLOW_THREADS;
        if (failed) PyErr_NoMemory();
    }
    release(&all);
    if (!to || failed) return NULL;
    Py_RETURN_NONE;
}

/* Whether the filters lie within the spectrum and close enough to each other; where they begin and end. */
static int filters_fit(em_octave *octave) {
    octave->first = EM_FILTER_BINS, octave->end = 0;
    for (int f = 0; f < EM_FILTERS; f++) {
        const int first = octave->runs[2 * f], end = octave->runs[2 * f + 1];
        if (first < EM_LOWEST || end > EM_HIGHEST + 1 || first >= end) return 0;
        if (first < octave->first) octave->first = first;
        if (end > octave->end) octave->end = end;
    }
    return octave->end - octave->first <= EM_BAND;
}

/* constant_q(ear, samples, hop, weights, runs, energy): see em_octave. */
static PyObject *constant_q(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *samples, *weights, *runs, *energy;
    em_octave octave = {0};
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OOiOOO", &capsule, &samples, &octave.hop, &weights, &runs, &energy)) return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    int failed = -1;
    const size_t bins = EM_FILTERS * EM_FILTER_BINS * sizeof(float);
    if (!(octave.y = view(&all, samples, sizeof(float), 0)) || !(octave.weights = view(&all, weights, bins, 0)) ||
        !(octave.runs = view(&all, runs, 2 * EM_FILTERS * sizeof(int), 0)) ||
        !(octave.energy = view(&all, energy, 16 * EM_PITCHES * sizeof(float), 1)))
        goto done;
    octave.samples = all.views[0].len / (Py_ssize_t)sizeof(float);
    octave.frames = all.views[3].len / (Py_ssize_t)(EM_PITCHES * sizeof(float));
    if (octave.hop < 8 || octave.hop > 512 || octave.hop & (octave.hop - 1) || octave.frames % 16 ||
        !filters_fit(&octave)) {
        PyErr_SetString(PyExc_ValueError, "a hop, frames or filters that the transform does not do");
        goto done;
    }
    e->busy = 1;
    Py_BEGIN_ALLOW_THREADS;
    failed = e->kernel->constant_q(e->memory, &octave);
    Py_END_ALLOW_THREADS;
    e->busy = 0;
    if (failed) PyErr_NoMemory();
done:
    release(&all);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

/* tonality(ear, energy, frames, steps, window, corners, moments): see em_tonality. */
static PyObject *tonality(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *energy, *steps, *window, *corners, *moments;
    em_tonality of = {0};
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OOnOOOO", &capsule, &energy, &of.frames, &steps, &window, &corners, &moments))
        return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    int failed = -1;
    if (!(of.energy = view(&all, energy, 16 * EM_PITCHES * sizeof(float), 0)) ||
        !(of.steps = view(&all, steps, EM_STEPS * sizeof(float), 0)) ||
        !(of.window = view(&all, window, EM_WINDOW * sizeof(float), 0)) ||
        !(of.corners = view(&all, corners, EM_AXES * EM_PITCHES * sizeof(double), 0)) ||
        !(of.moments = view(&all, moments, 2 * EM_TONAL_ROWS * sizeof(double), 1)))
        goto done;
    of.row = all.views[0].len / (Py_ssize_t)(EM_PITCHES * sizeof(float));
    if (of.row % 16 || of.frames < 1 || of.frames > of.row) {
        PyErr_SetString(PyExc_ValueError, "more frames than there are, or rows that are no multiple of 16");
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS;
    failed = e->kernel->tonality(&of);
    Py_END_ALLOW_THREADS;
    if (failed) PyErr_NoMemory();
done:
    release(&all);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

/* energy(ear, samples) -> the sum of all squares. */
static PyObject *energy(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *samples;
    views all = {.count = 0};
    float sum = 0;
    if (!PyArg_ParseTuple(arguments, "OO", &capsule, &samples)) return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    const float *y = view(&all, samples, sizeof(float), 0);
    if (y) {
        Py_BEGIN_ALLOW_THREADS;
        sum = e->kernel->energy(y, all.views[0].len / (Py_ssize_t)sizeof(float));
        Py_END_ALLOW_THREADS;
    }
    release(&all);
    return y ? PyFloat_FromDouble(sum) : NULL;
}

/* extremes(ear, samples, box, first, end) -> (largest, smallest). */
static PyObject *extremes(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *samples;
    int box, failed = 0;
    Py_ssize_t first, end;
    double found[2];
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OOinn", &capsule, &samples, &box, &first, &end)) return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    const float *y = view(&all, samples, sizeof(float), 0);
    if (y && (box < 1 || box > 1 << 24 || first < 0 || end <= first || end > PY_SSIZE_T_MAX / 2)) {
        PyErr_SetString(PyExc_ValueError, "no such boxes");
        y = NULL;
    }
    if (y) {
        const ptrdiff_t count = all.views[0].len / (Py_ssize_t)sizeof(float);
        Py_BEGIN_ALLOW_THREADS;
        failed = e->kernel->extremes(y, count, box, first, end, found);
        Py_END_ALLOW_THREADS;
        if (failed) PyErr_NoMemory();
    }
    release(&all);
    return y && !failed ? Py_BuildValue("(dd)", found[0], found[1]) : NULL;
}

/* floor(ear, samples): the least that the separation can cost, for benchmarks. */
static PyObject *least(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *capsule, *samples;
    views all = {.count = 0};
    if (!PyArg_ParseTuple(arguments, "OO", &capsule, &samples)) return NULL;
    ear *e = borrow(capsule);
    if (!e) return NULL;
    const float *y = view(&all, samples, sizeof(float), 0);
    if (!y) {
        release(&all);
        return NULL;
    }
    e->busy = 1;
    Py_BEGIN_ALLOW_THREADS;
    e->kernel->floor(e->memory, y, all.views[0].len / (Py_ssize_t)sizeof(float));
    Py_END_ALLOW_THREADS;
    e->busy = 0;
    release(&all);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"isas", isas, METH_NOARGS, "Return the instruction sets that processor and build share, best first."},
    {"open", open_ear, METH_O, "Return an ear, one thread's working memory, for an instruction set."},
    {"measure", measure, METH_VARARGS, "Measure a signal; see earmark._dsp.native_core."},
    {"correlate", correlate, METH_VARARGS, "Sum up the autocorrelations of stretches of onsets."},
    {"constant_q", constant_q, METH_VARARGS, "Add the magnitudes of an octave's filters to the pitch classes."},
    {"tonality", tonality, METH_VARARGS, "Take the moments of chroma, CENS and tonal centroids."},
    {"energy", energy, METH_VARARGS, "Return the sum of all squares."},
    {"extremes", extremes, METH_VARARGS, "Return the largest and the smallest sum of squares in a box."},
    {"floor", least, METH_VARARGS, "Do what separation cannot do without, for benchmarks."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&definition); }
