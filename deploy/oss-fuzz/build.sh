#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz asks for them: programs, seeds, dictionaries, options in $OUT.
cd fuzz
./seed
cargo fuzz build --release
triple=$(rustc --version --verbose | sed -n 's/^host: //p')
for target in $(cargo fuzz list); do
    cp "target/$triple/release/$target" "$OUT/"
    mkdir -p "corpus/$target" "regressions/$target"
    (cd corpus && zip -qr "$OUT/${target}_seed_corpus.zip" "$target" "../regressions/$target")
    if [ -f "dictionaries/$target.dict" ]; then
        cp "dictionaries/$target.dict" "$OUT/"
    fi
    if [ -f "options/$target.options" ]; then
        cp "options/$target.options" "$OUT/"
    fi
done
