#!/bin/sh
# The demo: one network, four accumulator policies, every bit checked in two simulators, every unit synthesised.
# NARROWGATE_ZOO names the folder with the models and data (default ../shared/zoo).
set -e
cd "$(dirname "$0")/.."

zoo=${NARROWGATE_ZOO:-../shared/zoo}
model=$zoo/qonnx/TFC_2W2A.onnx
pixels=$zoo/data/mnist_t10k_x_u8.npy
labels=$zoo/data/mnist_t10k_y.npy

if [ -f "$model" ] && [ -f "$pixels" ] && [ -f "$labels" ]; then
    echo "TFC_2W2A (MNIST, 2-bit weights and activations) from $zoo"
    node dist/cli/main.js compare "$model" \
        --accumulators 32,datatype,l1,minimal --cycles 1024 \
        --input-type uint8 --input-scale 1/255 \
        --inputs "$pixels" --labels "$labels" --count 10 -o out/demo
else
    echo "No model zoo in '$zoo': expected qonnx/TFC_2W2A.onnx and data/mnist_t10k_{x_u8,y}.npy there."
    echo "NARROWGATE_ZOO=<folder> names another place. Taking examples/tiny-mlp with random inputs instead."
    node dist/cli/main.js compare examples/tiny-mlp/model.json \
        --accumulators 32,datatype,l1,minimal --count 10 -o out/demo
fi
echo "The same with plots, for a browser: $(pwd)/out/demo/report.html"
