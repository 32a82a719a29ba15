// Libraries of plain JavaScript: ml-matrix, which computes in float64, and sgemm of @stdlib.
// Timed: an array goes in, an array comes out. Weights stay in the form that each library takes.
import sgemm from '@stdlib/blas-base-sgemm/lib/main.js';
import { Matrix } from 'ml-matrix';

export function openMlMatrix({ version }) {
  const name = 'ml-matrix';
  return {
    name,
    version,
    linear({ rows, depth, columns, input, weight, bias }) {
      const w = Matrix.from1DArray(columns, depth, weight).transpose();
      const run = () => {
        const sum = Matrix.from1DArray(rows, depth, input).mmul(w).addRowVector(bias);
        return sum.to1DArray().map((value) => (value < 0 ? 0 : value));
      };
      return { name, run, dispose() {} };
    },
  };
}

export function openStdlib({ version }) {
  const name = '@stdlib sgemm';
  return {
    name,
    version,
    linear({ rows, depth, columns, input, weight, bias }) {
      const run = () => {
        const y = new Float32Array(rows * columns);
        for (let row = 0; row < rows; row++) y.set(bias, row * columns);
        sgemm(
          'row-major',
          'no-transpose',
          'transpose',
          rows,
          columns,
          depth,
          1,
          input,
          depth,
          weight,
          depth,
          1,
          y,
          columns,
        );
        for (let i = 0; i < y.length; i++) if (y[i] < 0) y[i] = 0;
        return y;
      };
      return { name, run, dispose() {} };
    },
  };
}
