/* The extension module earmark._dsp._native: chooses a kernel, checks arguments, releases the GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kernel.h"

static PyObject *isas(PyObject *self, PyObject *none) {
    (void)self, (void)none;
    PyObject *names = PyList_New(0);
    if (!names) return NULL;
    const em_kernel *found[3];
    int count = 0;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
        found[count++] = &em_kernel_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[count++] = &em_kernel_avx2;
#endif
    found[count++] = &em_kernel_baseline;
    for (int i = 0; i < count; i++) {
        PyObject *name = PyUnicode_FromString(found[i]->name);
        if (!name || PyList_Append(names, name) < 0) {
            Py_XDECREF(name);
            Py_DECREF(names);
            return NULL;
        }
        Py_DECREF(name);
    }
    return names;
}

static PyMethodDef methods[] = {
    {"isas", isas, METH_NOARGS, "Return the instruction sets that this processor and this build share, best first."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&definition); }
