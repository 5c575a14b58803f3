import { findBudgets } from './pdb.ts';
import { problemAt, type ResourceRule } from './rule.ts';

export const pdbSelectsNothing: ResourceRule = {
  id: 'pdb-selects-nothing',
  level: 'warning',
  title: 'A disruption budget selects no pod',
  help: 'Its selector must match the labels of a pod template in the same namespace; otherwise it protects nothing.',
  check: (scope) =>
    findBudgets(scope).flatMap(({ pdb, workloads }) =>
      workloads.length === 0 ? [problemAt(pdb, ['spec', 'selector'], 'selects no pod of the rendered workloads')] : [],
    ),
};
