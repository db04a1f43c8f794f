/* What the kernels offer to module.c: the same functions, compiled once for every instruction set. */
#ifndef EARMARK_KERNEL_H
#define EARMARK_KERNEL_H

typedef struct {
    const char *name;
} em_kernel;

extern const em_kernel em_kernel_baseline;
#if defined(__x86_64__) && defined(__GNUC__)
extern const em_kernel em_kernel_avx2;
extern const em_kernel em_kernel_avx512;
#endif

#endif
