// ConvNetJS's 2-D demo without its page: the same net, points and steps, as fast as Node
// runs them. Reads one JSON object from standard input, prints one.
"use strict";
const fs = require("fs");
const given = JSON.parse(fs.readFileSync(0, "utf8"));
const convnetjs = require(given.library);

const net = new convnetjs.Net();
net.makeLayers([
  { type: "input", out_sx: 1, out_sy: 1, out_depth: 2 },
  ...given.hidden.map((n) => ({ type: "fc", num_neurons: n, activation: "tanh" })),
  { type: "softmax", num_classes: 2 },
]);
let which = 0;
for (const layer of net.layers) {
  if (layer.layer_type !== "fc") continue;
  const { weight, bias } = given.layers[which++];
  for (let unit = 0; unit < layer.filters.length; unit++) {
    const w = layer.filters[unit].w;
    for (let i = 0; i < w.length; i++) w[i] = weight[i][unit];
    layer.biases.w[unit] = bias[unit];
  }
}
const points = given.x.map((pair) => {
  const vol = new convnetjs.Vol(1, 1, 2);
  vol.w[0] = pair[0];
  vol.w[1] = pair[1];
  return vol;
});
const probabilities = points.map((vol) => Array.from(net.forward(vol).w));
const trainer = new convnetjs.SGDTrainer(net, {
  learning_rate: given.lr,
  momentum: given.momentum,
  batch_size: given.batch,
  l2_decay: given.l2,
});
function pass() {
  for (let i = 0; i < points.length; i++) trainer.train(points[i], given.y[i]);
}
for (let i = 0; i < 200; i++) pass();
const rates = [];
for (let round = 0; round < given.rounds; round++) {
  const start = process.hrtime.bigint();
  let passes = 0;
  while (process.hrtime.bigint() - start < 100000000n) {
    pass();
    passes++;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  rates.push((passes * points.length) / seconds);
}
console.log(JSON.stringify({ probabilities, rates }));
