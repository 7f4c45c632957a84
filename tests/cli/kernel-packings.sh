# Whatever packs the kernel, the same comes out; also of a kernel that is packed as a whole.
for packing in gzip xz zstd lz4 lzma bzip2 old; do
	nosegneg-check kernel --json fixtures/bzimage-$packing >$packing.json || echo "exit status $?"
done
gzip -c fixtures/vmlinux-32 >whole-gzip
xz -c fixtures/vmlinux-32 >whole-xz
xz --format=lzma -c fixtures/vmlinux-32 >whole-lzma
zstd -q -c fixtures/vmlinux-32 >whole-zstd
bzip2 -c fixtures/vmlinux-32 >whole-bzip2
lz4 -l -c fixtures/vmlinux-32 >whole-lz4 2>/dev/null
for file in whole-*; do
	nosegneg-check kernel --json "$file" >"$file.json" || echo "exit status $?"
done
python3 - <<'PY'
import glob, json
first = None
for name in sorted(glob.glob("*.json")):
    image = json.load(open(name))["images"][0]
    rest = {key: image[key] for key in ("size", "vdsos", "xen")}
    first = first or rest
    print(name, image["packing"], image["bzimage"], image["kernel_version"], "same" if rest == first else rest)
PY
