// A network with a hook, a transform and an observer, whose numbers were worked out by hand. Each platform runs it.
import { kernelName, Linear, Module, relu, select, tensor } from 'layertap';
import { map } from 'rxjs';

class Network extends Module {
  fc1 = new Linear(2, 2);
  fc2 = new Linear(2, 1);
  forward(x) {
    return this.fc2(relu(this.fc1(x)));
  }
}

function equal(value, expected, what) {
  const got = JSON.stringify(value);
  if (got !== JSON.stringify(expected)) throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${got}`);
}

/** @returns which kernels ran. @throws if a number is wrong */
export function check() {
  const net = new Network();
  net.fc1.weight.assign([1, 2, 3, -4]);
  net.fc1.bias.assign([0.5, 0]);
  net.fc2.weight.assign([2, 1]);
  net.fc2.bias.assign([0]);
  const seen = [];
  const observed = select(net, 'fc*').observe(({ path, output }) => seen.push([path, output.toArray()]));
  equal(net(tensor([[1, 1]])).toArray(), [[7]], 'without hooks');
  const hook = net.fc1.registerForwardHook((_module, _inputs, output) => output.mul(2));
  const transform = net.fc2.transform(map((output) => output.add(1)));
  equal(net(tensor([[1, 1]])).toArray(), [[15]], 'with a hook and a transform');
  for (const handle of [hook, transform, observed]) handle.remove();
  equal(net(tensor([[1, 1]])).toArray(), [[7]], 'after removal');
  equal(
    seen,
    [
      ['fc1', [[3.5, -1]]],
      ['fc2', [[7]]],
      ['fc1', [[7, -2]]],
      ['fc2', [[15]]],
    ],
    'observed outputs',
  );
  equal(String(net.fc1), 'Linear(in_features=2, out_features=2, bias=True)', 'the name of a layer');
  return `${kernelName()} kernels`;
}
