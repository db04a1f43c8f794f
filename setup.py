"""Build the compiled kernel: one C file once per instruction set, linked into one module.

Everything else that setuptools has to know stands in pyproject.toml. Without a compiler the package installs
all the same and computes with NumPy; ``EARMARK_KERNEL=required`` makes that an error, for building wheels.
"""

import os
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

NATIVE = Path("src/earmark/_dsp/native")
MODULE = "earmark._dsp._native"
HEADERS = [path.as_posix() for path in sorted(NATIVE.glob("*.h"))]

X86 = ("x86_64", "amd64")
AVX2 = ["-mavx2", "-mfma"]
AVX512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"]
# Not -ffast-math: what is no number has to stay none.
UNIX_FLAGS = [
    "-std=c11",
    "-O3",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-fvisibility=hidden",
]
# One binary for every Python from 3.11 on, but for those without the GIL, which have no stable interface.
STABLE = not sysconfig.get_config_var("Py_GIL_DISABLED")
REQUIRED = os.environ.get("EARMARK_KERNEL") == "required"


class BuildKernel(build_ext):
    """Compile the kernel once per instruction set before the module is built around it."""

    def build_extension(self, ext: Extension) -> None:
        """Build the module, or say in one line that there will be none."""
        if self.editable_mode and self._is_built(ext):
            return
        try:
            self._build(ext)
        except Exception as error:
            if REQUIRED:
                raise
            if self.editable_mode:  # then one of an earlier build may lie among the sources
                Path("src", self.get_ext_filename(ext.name)).unlink(missing_ok=True)
            reason = " ".join(str(error).split())
            self.warn(f"Earmark is installed without its compiled kernel: {reason}")

    def _build(self, ext: Extension) -> None:
        unix = self.compiler.compiler_type == "unix"
        ext.extra_compile_args = list(UNIX_FLAGS) if unix else ["/O2", "/std:c11"]
        if unix and "CFLAGS" not in os.environ:
            ext.extra_compile_args.append(
                "-g0"
            )  # Python's own flags would put 3 MB of hints for debuggers in
        ext.libraries = ["m"] if unix else []
        variants = self._variants(unix)
        ext.define_macros += [(f"EM_HAVE_{isa.upper()}", "1") for isa in variants]

        def compiled(isa: str) -> list[str]:
            return self.compiler.compile(
                [(NATIVE / "kernel.c").as_posix()],
                output_dir=os.path.join(self.build_temp, isa),
                macros=[("EM_ISA", isa)],
                extra_postargs=[*ext.extra_compile_args, *variants[isa]],
                depends=HEADERS,
            )

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for objects in pool.map(compiled, variants):
                ext.extra_objects += objects
        super().build_extension(ext)

    def _is_built(self, ext: Extension) -> bool:
        """Tell whether the module among the sources is newer than they are; it serves every Python."""
        built = Path("src", self.get_ext_filename(ext.name))
        sources = [Path("setup.py"), *NATIVE.iterdir()]
        newest_s = max(path.stat().st_mtime for path in sources)
        return STABLE and built.exists() and built.stat().st_mtime > newest_s

    def _variants(self, unix: bool) -> dict[str, list[str]]:
        """Return the flags of every instruction set that the target, not this machine, may have."""
        if unix and self.plat_name.endswith(X86):
            return {"baseline": [], "avx2": AVX2, "avx512": AVX512}
        return {"baseline": []}


setup(
    cmdclass={"build_ext": BuildKernel},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE else {},
    ext_modules=[
        Extension(
            MODULE,
            [(NATIVE / "module.c").as_posix()],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if STABLE else [],
            py_limited_api=STABLE,
            depends=HEADERS,
            optional=not REQUIRED,
        )
    ],
)
