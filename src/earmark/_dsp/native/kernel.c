/* One kernel: setup.py compiles this file once for every instruction set, with -DEM_ISA=its name. */
#include "kernel.h"

#define EM_JOIN_(a, b) a##b
#define EM_JOIN(a, b) EM_JOIN_(a, b)
#define EM_TEXT_(a) #a
#define EM_TEXT(a) EM_TEXT_(a)

const em_kernel EM_JOIN(em_kernel_, EM_ISA) = {EM_TEXT(EM_ISA)};
