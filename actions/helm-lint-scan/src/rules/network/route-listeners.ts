import { isData, listAt, stringAt } from '../../data.ts';
import { apiGroup } from '../../manifests/resource.ts';
import { lookupOf } from '../references/lookup.ts';
import { effectiveNamespace, problemAt, type ResourceRule } from '../rule.ts';

const GROUP = 'gateway.networking.k8s.io';

export const routeListener: ResourceRule = {
  id: 'route-listener',
  level: 'error',
  title: 'A route uses a listener that its gateway does not have',
  help: 'The gateway does not accept the route. `sectionName` is the `name` of one of the `listeners` of the Gateway. A Gateway that is not in the chart is not checked. Source: https://gateway-api.sigs.k8s.io/reference/spec/#parentreference',
  check: (scope) =>
    scope.resources
      .filter(({ apiVersion, kind }) => apiGroup(apiVersion) === GROUP && kind.endsWith('Route'))
      .flatMap((route) =>
        listAt(route.object, 'spec', 'parentRefs').flatMap((parent, index) => {
          const name = stringAt(parent, 'name') ?? '';
          const section = stringAt(parent, 'sectionName') ?? '';
          if (
            !isData(parent) ||
            section === '' ||
            (parent.kind ?? 'Gateway') !== 'Gateway' ||
            (parent.group ?? GROUP) !== GROUP
          )
            return [];
          const namespace = stringAt(parent, 'namespace') ?? effectiveNamespace(scope, route);
          const gateway = lookupOf(scope).find({ group: GROUP, kind: 'Gateway', namespace, name });
          if (gateway.state !== 'present') return [];
          const listeners = gateway.resources.flatMap(({ object }) => listAt(object, 'spec', 'listeners'));
          return listeners.some((listener) => stringAt(listener, 'name') === section)
            ? []
            : [
                problemAt(
                  route,
                  ['spec', 'parentRefs', index, 'sectionName'],
                  `uses the listener ${section}, which the Gateway ${name} does not have`,
                ),
              ];
        }),
      ),
};
