import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Hookable,
  Linear,
  listHooks,
  Module,
  ReLU,
  relu,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.ts';
import type { GraphNode } from '../../../src/tensorboard/graph/graph-def.ts';
import { encodeGraph } from '../../../src/tensorboard/graph/graph-def.ts';
import { traceGraph } from '../../../src/tensorboard/graph/trace.ts';
import { SummaryWriter } from '../../../src/tensorboard/index.ts';
import { graph, wallTime } from '../fixture.ts';
import { readGraph } from '../read-graph.ts';
import { atTime, fileIn, runsIn, temporaryDirectory } from '../temporary.ts';

class Net extends Module {
  encoder = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3));
  head = new Linear(3, 2);
  override forward(x: Tensor): Tensor {
    return this.head(this.encoder(x));
  }
}

const trace = (root: Module, ...inputs: unknown[]) => traceGraph(root, inputs) as GraphNode[];
const lines = (nodes: readonly GraphNode[]) =>
  nodes.map(({ name, op, inputs }) => `${name} (${op}) < ${inputs.join(', ')}`);

test("addGraph() has the scopes and shapes of PyTorch's graph, and the same metadata beside it", () => {
  const directory = temporaryDirectory();
  atTime(wallTime, () => {
    const writer = new SummaryWriter(directory);
    writer.addGraph(new Net(), zeros(5, 4));
    void writer.close();
  });
  const [graphEvent, metadata] = runsIn(directory)['.']!;
  const { nodes, producer } = readGraph(graphEvent!.graph!);
  const layers = nodes.filter(({ name }) => name.includes('['));
  assert.equal(Object.fromEntries(layers.map(({ name, shapes }) => [name, shapes])), graph.shapes);
  const ends = nodes.filter(({ op }) => op === 'IO Node').map(({ name }) => name.split('/')[0]);
  assert.equal(
    ends,
    Object.keys(graph.ends).map((name) => name.split('/')[0]),
  );
  assert.is(producer, graph.producer);
  const record = Buffer.from(graph.metadata, 'base64');
  assert.is(Buffer.from(metadata!.bytes).toString('hex'), record.subarray(12, -4).toString('hex'));
});

test('addGraph() has the edges between calls, and the repr of each module', () => {
  const { nodes } = readGraph(encodeGraph(trace(new Net(), zeros(5, 4))));
  assert.equal(lines(nodes), [
    'input/input.1 (IO Node) < ',
    'Net/Sequential[encoder]/Linear[0] (Linear) < input/input.1',
    'Net/Sequential[encoder]/ReLU[1] (ReLU) < Net/Sequential[encoder]/Linear[0]',
    'Net/Sequential[encoder]/Linear[2] (Linear) < Net/Sequential[encoder]/ReLU[1]',
    'Net/Linear[head] (Linear) < Net/Sequential[encoder]/Linear[2]',
    'output/output.1 (IO Node) < Net/Linear[head]',
  ]);
  assert.is(nodes[1]!.repr, 'Linear(in_features=4, out_features=8, bias=True)');
  assert.equal(nodes[0]!.shapes, [[5, 4]]);
});

test('a computation between children is a node after the last of them', () => {
  class Between extends Module {
    first = new Linear(2, 2);
    second = new Linear(2, 2);
    override forward(x: Tensor): Tensor {
      return relu(this.second(relu(this.first(x))));
    }
  }
  assert.equal(lines(trace(new Between(), zeros(1, 2))), [
    'input/input.1 (IO Node) < ',
    'Between/Linear[first] (Linear) < input/input.1',
    'Between/forward (forward) < ^Between/Linear[first]',
    'Between/Linear[second] (Linear) < Between/forward',
    'Between/forward_1 (forward) < ^Between/Linear[second]',
    'output/output.1 (IO Node) < Between/forward_1',
  ]);
});

test('a module that is called twice has two nodes; several inputs, outputs and arrays of modules are followed', () => {
  class Twice extends Module {
    layers = [new Linear(2, 2)];
    override forward(x: Tensor, { y }: { y: Tensor }): [Tensor, Tensor] {
      return [this.layers[0]!(x), this.layers[0]!(y)];
    }
  }
  assert.equal(lines(trace(new Twice(), zeros(1, 2), { y: zeros(3, 2) })), [
    'input/input.1 (IO Node) < ',
    'input/input.2 (IO Node) < ',
    'Twice/Linear[layers.0] (Linear) < input/input.1',
    'Twice/Linear[layers.0]_1 (Linear) < input/input.2',
    'output/output.1 (IO Node) < Twice/Linear[layers.0]',
    'output/output.2 (IO Node) < Twice/Linear[layers.0]_1',
  ]);
});

test('a name with a dot is inside its parent, not inside a sibling whose name it begins with', () => {
  class Outer extends Module {
    dotted = new ReLU();
    override forward(x: Tensor): Tensor {
      return this.dotted(x);
    }
  }
  class Dotted extends Module {
    a = new Outer();
    constructor() {
      super();
      Object.assign(this, { 'a.b': this.a.dotted });
    }
    override *namedChildren(): Generator<[string, Hookable]> {
      yield ['a.b', this.a.dotted];
      yield ['a', this.a];
    }
    override forward(x: Tensor): Tensor {
      return this.a(x);
    }
  }
  assert.equal(lines(trace(new Dotted(), zeros(1))), [
    'input/input.1 (IO Node) < ',
    'Dotted/ReLU[a.b] (ReLU) < input/input.1',
    'Dotted/Outer[a] (Outer) < input/input.1',
    'output/output.1 (IO Node) < Dotted/Outer[a]',
  ]);
});

test('a single layer is a graph', () => {
  assert.equal(lines(trace(new Linear(2, 2), zeros(1, 2))), [
    'input/input.1 (IO Node) < ',
    'Linear (Linear) < input/input.1',
    'output/output.1 (IO Node) < Linear',
  ]);
});

test('addGraph() calls in evaluation mode, and restores hooks and mode', () => {
  const modes: boolean[] = [];
  class Watching extends Net {
    override forward(x: Tensor): Tensor {
      modes.push(this.training, this.head.training);
      return super.forward(x);
    }
  }
  const net = new Watching();
  net.head.eval();
  trace(net, zeros(1, 4));
  assert.equal(modes, [false, false]);
  assert.equal([net.training, net.head.training, net.encoder.training], [true, false, true]);
  assert.equal(listHooks(net), []);
});

test('a call that fails writes nothing, and leaves no hook behind', () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  const net = new Net();
  const size = fileIn(directory).length;
  assert.throws(() => writer.addGraph(net, zeros(1, 5)), /mat1 and mat2 shapes cannot be multiplied/);
  assert.throws(
    () => writer.addGraph({} as never, 1 as never),
    /^SummaryWriter\.addGraph: the model must be a module, got an Object/,
  );
  void writer.flush();
  assert.is(fileIn(directory).length, size);
  assert.equal(listHooks(net), []);
  assert.is(net.training, true);
});

test('addGraph() of an asynchronous module returns a promise', async () => {
  class Slow extends Module {
    static override async = true;
    layer = new Linear(2, 2);
    override async forward(x: Tensor): Promise<Tensor> {
      await Promise.resolve();
      return this.layer(x);
    }
  }
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  const net = new Slow();
  await writer.addGraph(net, tensor([[1, 2]]));
  await writer.close();
  const { nodes } = readGraph(runsIn(directory)['.']![0]!.graph!);
  assert.equal(
    nodes.map(({ name }) => name),
    ['input/input.1', 'Slow/Linear[layer]', 'output/output.1'],
  );
  assert.equal(listHooks(net), []);
});

test('addGraph() follows tensors through Maps and instances, and in cycles', () => {
  class Output {
    logits: Tensor;
    self = this;
    constructor(logits: Tensor) {
      this.logits = logits;
    }
  }
  class First extends Module {
    override forward(x: Tensor): Output {
      return new Output(relu(x));
    }
  }
  class Second extends Module {
    override forward(parts: Map<string, Tensor>): Tensor {
      return relu(parts.get('x')!);
    }
  }
  class Both extends Module {
    first = new First();
    second = new Second();
    override forward(x: Tensor): Tensor {
      return this.second(new Map([['x', this.first(x).logits]]));
    }
  }
  assert.equal(lines(trace(new Both(), zeros(2))), [
    'input/input.1 (IO Node) < ',
    'Both/First[first] (First) < input/input.1',
    'Both/Second[second] (Second) < Both/First[first]',
    'output/output.1 (IO Node) < Both/Second[second]',
  ]);
});

test.run();
