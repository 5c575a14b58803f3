/** Definitions of many shapes. The fields have names by which `custom-objects.ts` chooses values for them. */

export type Schema = Record<string, unknown>;

const text = { type: 'string' };
const int = { type: 'integer' };
const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
const set = (items: Schema): Schema => list(items, { 'x-kubernetes-list-type': 'set' });
const mapBy = (keys: string[], items: Schema): Schema =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
/** With limits, so that the API server can estimate the cost of rules. */
const shortText = { type: 'string', maxLength: 20 };
const rule = (expression: string, more: Schema = {}): Schema => ({ rule: expression, ...more });
const withRules = (schema: Schema, ...rules: Schema[]): Schema => ({ ...schema, 'x-kubernetes-validations': rules });

const FORMATS = [
  'date-time',
  'date',
  'duration',
  'ipv4',
  'ipv6',
  'cidr',
  'email',
  'uri',
  'hostname',
  'uuid',
  'uuid4',
  'mac',
  'byte',
  'hexcolor',
  'password',
  'not-a-format',
];

/** The schemas of `spec`, by kind. */
const SPECS: Readonly<Record<string, Schema>> = {
  Formatted: object(
    Object.fromEntries(FORMATS.map((format) => [format.replaceAll('-', ''), { type: 'string', format }])),
  ),

  Numbered: object({
    small: { type: 'integer', format: 'int32' },
    large: { type: 'integer', format: 'int64' },
    real: { type: 'number', minimum: 0, maximum: 4, exclusiveMaximum: true },
    step: { type: 'integer', multipleOf: 2 },
    port: { 'x-kubernetes-int-or-string': true },
    share: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+%$' },
    flag: { type: 'boolean' },
  }),

  Defaulted: object(
    {
      mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
      size: { type: 'integer', minimum: 1, default: 3 },
      note: { ...text, nullable: true },
      choice: { type: 'string', enum: ['a', 'b'], nullable: true },
      labels: { type: 'object', additionalProperties: text },
      counts: { type: 'object', additionalProperties: { type: 'integer', default: 1 } },
      deep: object(
        {
          inner: object({ flag: { type: 'boolean', default: true } }, { default: { flag: true }, required: ['flag'] }),
        },
        { default: {} },
      ),
      items: list(object({ name: { ...text, default: 'x' }, value: int }, { required: ['name', 'value'] })),
      words: list({ ...text, nullable: true }),
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { size: int } },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      closed: { type: 'object' },
    },
    { required: ['mode', 'size', 'note'] },
  ),

  Listed: object({
    numbers: set(int),
    words: set(text),
    items: mapBy(['name'], object({ name: text, value: text }, { required: ['name'] })),
    ports: mapBy(
      ['port', 'mode'],
      object({ port: int, mode: { ...text, default: 'a' }, words: set(text) }, { required: ['port'] }),
    ),
    groups: { type: 'object', additionalProperties: set(int) },
    plain: list(int, { minItems: 1, maxItems: 3 }),
  }),

  Embedding: object({
    template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    narrow: { ...object({ spec: object({ size: int }) }), 'x-kubernetes-embedded-resource': true },
    templates: list({
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  }),

  Combined: object(
    {
      size: { type: 'integer', anyOf: [{ minimum: 3 }, { maximum: 0 }] },
      name: { ...text, minLength: 1, maxLength: 5, pattern: '^[a-z]*$', not: { enum: ['b'] } },
      mode: { ...text, allOf: [{ minLength: 1 }, { maxLength: 2 }] },
      labels: { type: 'object', additionalProperties: text, minProperties: 1, maxProperties: 2 },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      value: text,
    },
    { oneOf: [{ required: ['size'] }, { required: ['name'] }], not: { required: ['mode', 'value'] } },
  ),

  Ruled: withRules(
    object({
      size: { type: 'integer', default: 2 },
      limit: int,
      real: { type: 'number' },
      name: withRules(shortText, rule("self.matches('^[a-z]*$')", { message: 'lower case' })),
      mode: { type: 'string', enum: ['a', 'b'] },
      words: withRules(
        list(shortText, { maxItems: 5 }),
        rule('self.all(w, w.size() < 3)'),
        rule('self.exists_one(w, w == "a") || self.size() != 2', {
          messageExpression: '"one of them " + "must be a"',
        }),
        rule('self.isSorted() || self.size() > 3'),
      ),
      numbers: withRules(
        list(int, { maxItems: 5 }),
        rule('self.size() == 0 || self.sum() < 10'),
        rule('self.map(n, n * 2).filter(n, n > 4).size() <= 2'),
        rule('self.size() < 2 || self[0] <= self[1]'),
      ),
      labels: withRules(
        { type: 'object', additionalProperties: shortText, maxProperties: 5 },
        rule('self.all(k, k.size() < 3 && self[k] != "b")'),
        rule('!("ab" in self) || self["ab"] == "a"', { fieldPath: "['ab']" }),
      ),
      note: { ...shortText, nullable: true },
      share: { 'x-kubernetes-int-or-string': true },
      duration: { type: 'string', format: 'duration', maxLength: 20 },
      datetime: { type: 'string', format: 'date-time', maxLength: 30 },
      items: mapBy(
        ['name'],
        object({ name: shortText, value: int, flag: { type: 'boolean' } }, { required: ['name'] }),
      ),
    }),
    rule('!has(self.limit) || self.size <= self.limit', {
      message: 'size over limit',
      fieldPath: '.size',
      reason: 'FieldValueForbidden',
    }),
    rule('!has(self.real) || self.real < 3.0 || self.real > double(self.size)'),
    rule('has(self.mode) && self.mode == "b" ? has(self.name) : true', {
      fieldPath: '.name',
      reason: 'FieldValueRequired',
    }),
    rule('!has(self.note) || self.note.startsWith("a") || self.note.contains("b")'),
    rule('!has(self.share) || (type(self.share) == int ? int(self.share) >= 0 : string(self.share).endsWith("%"))'),
    rule("!has(self.duration) || self.duration >= duration('1s')"),
    rule("!has(self.datetime) || self.datetime < timestamp('2026-06-01T00:00:00Z')"),
    rule('self.?limit.orValue(0) < 50'),
    rule('10 / self.size >= 0'),
    rule('!has(self.numbers) || has(self.mode) || self.numbers[0] >= 0'),
    rule('oldSelf.optMap(o, o.size == self.size).orValue(self.size != 4)', { optionalOldSelf: true }),
    rule('self.size == oldSelf.size'),
  ),

  Constrained: withRules(
    object({
      uri: shortText,
      quantity: shortText,
      ipv4: shortText,
      cidr: shortText,
      name: shortText,
      version: shortText,
      namespace: shortText,
      'a-b.c': shortText,
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      items: {
        ...mapBy(
          ['name'],
          withRules(
            object({ name: shortText, value: int }, { required: ['name'] }),
            rule('!has(self.value) || self.value != 3 || self.name != "a"'),
          ),
        ),
        maxItems: 5,
      },
      words: { ...set(shortText), maxItems: 5 },
    }),
    rule('!has(self.uri) || !isURL(self.uri) || url(self.uri).getScheme() != "http"'),
    rule("!has(self.quantity) || (isQuantity(self.quantity) && quantity(self.quantity).isLessThan(quantity('2Gi')))"),
    rule('!has(self.ipv4) || !isIP(self.ipv4) || !ip(self.ipv4).isLoopback()'),
    rule("!has(self.cidr) || !isCIDR(self.cidr) || cidr(self.cidr).containsIP('10.1.2.3')"),
    rule('!has(self.name) || !format.dns1123Label().validate(self.name).hasValue()'),
    rule('!has(self.__namespace__) || self.__namespace__ != "b"'),
    rule('!has(self.a__dash__b__dot__c) || self.a__dash__b__dot__c.lowerAscii() != "a"'),
    rule('!has(self.template) || self.template.kind != "Pod" || self.template.metadata.name != "b"'),
    rule(
      '!has(self.items) || self.items.all(i, self.items.exists_one(j, j.name == i.name && has(i.value) == has(j.value)))',
    ),
    rule('!has(self.words) || sets.contains(["a", "b", "ab"], self.words)'),
    rule("!has(self.words) || self.words.join(',').split(',').size() < 3"),
    rule('!has(self.name) || self.name.replace("a", "").size() < 4'),
  ),
};

export interface Kind {
  kind: string;
  spec: Schema;
  definition: {
    apiVersion: string;
    kind: string;
    metadata: { name: string };
    spec: {
      group: string;
      scope: string;
      names: { kind: string; plural: string };
      versions: { name: string; served: boolean; storage: boolean; schema: Schema }[];
    };
  };
}

export const GROUP = 'lab.example';

export const kinds: readonly Kind[] = Object.entries(SPECS).map(([kind, spec]) => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    kind,
    spec,
    definition: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${GROUP}` },
      spec: {
        group: GROUP,
        scope: 'Namespaced',
        names: { kind, plural },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: object({ spec }) } },
          { name: 'v1alpha1', served: false, storage: false, schema: { openAPIV3Schema: object({}) } },
        ],
      },
    },
  };
});
