// JSON schema checks by ajv, with messages a person can act on: of a union's branches only the one that was meant speaks.
import { require } from './packages.mjs';

const Ajv = require('ajv/dist/2019').default;
const kMaxMessages = 8;

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function typeName(value) {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'array';
    return Number.isInteger(value) ? 'integer' : typeof value;
}

export class Schemas {
    // `document` has an $id and all its schemas under `definitions`.
    constructor(document) {
        this.document = document;
        this.ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
        this.ajv.addSchema(document);
    }

    has(name) {
        return Object.hasOwn(this.document.definitions, name);
    }

    // Problems of `value` under definition `name`, each as "place: what is wrong"; empty when there are none.
    problems(name, value, place) {
        const pointer = `${this.document.$id}#/definitions/${encodeURIComponent(name)}`;
        const validate = this.ajv.getSchema(pointer);
        if (!validate) throw new Error(`no schema ${pointer}`);
        if (validate(value)) return [];
        const raw = validate.errors.map((e) => `${place}${e.instancePath}: ${e.message}${this.detail(e)}`);
        const clear = this.explain({ $ref: `#/definitions/${encodeURIComponent(name)}` }, value, place);
        const messages = [...new Set(clear.length > 0 ? clear : raw)];
        if (messages.length <= kMaxMessages) return messages;
        return [...messages.slice(0, kMaxMessages), `${place}: ${messages.length - kMaxMessages} more`];
    }

    detail(error) {
        const params = error.params ?? {};
        if (params.additionalProperty) return ` '${params.additionalProperty}'`;
        if (params.unevaluatedProperty) return ` '${params.unevaluatedProperty}'`;
        if (params.allowedValues) return ` ${JSON.stringify(params.allowedValues)}`;
        return '';
    }

    resolve(schema) {
        let current = schema;
        while (isObject(current) && current.$ref) {
            const name = decodeURIComponent(current.$ref.replace('#/definitions/', ''));
            current = this.document.definitions[name];
        }
        return current;
    }

    valid(schema, value) {
        if (!isObject(schema)) return schema !== false;
        this.compiled ??= new WeakMap();
        if (!this.compiled.has(schema)) {
            const absolute = schema.$ref ? { $ref: `${this.document.$id}${schema.$ref}` } : this.absolute(schema);
            this.compiled.set(schema, this.ajv.compile(absolute));
        }
        return this.compiled.get(schema)(value);
    }

    absolute(schema) {
        if (Array.isArray(schema)) return schema.map((part) => this.absolute(part));
        if (!isObject(schema)) return schema;
        return Object.fromEntries(Object.entries(schema).map(([key, value]) =>
            [key, key === '$ref' && typeof value === 'string' ? `${this.document.$id}${value}` : this.absolute(value)]));
    }

    // Walks down to where the value leaves the schema. Called for values that ajv has already refused.
    explain(unresolved, value, place) {
        const schema = this.resolve(unresolved);
        if (!isObject(schema) || this.valid(schema, value)) return [];
        if (schema.anyOf) {
            const inner = this.explainUnion(schema.anyOf, value, place);
            if (inner.length > 0) return inner;
        }
        const types = schema.type === undefined ? [] : [schema.type].flat();
        const fits = types.length === 0 || types.includes(typeName(value)) ||
            (types.includes('number') && typeof value === 'number');
        if (!fits) return [`${place}: must be ${types.join(' or ')}, is ${typeName(value)}`];
        if (schema.const !== undefined && schema.const !== value) {
            return [`${place}: must be ${JSON.stringify(schema.const)}, is ${JSON.stringify(value)}`];
        }
        if (schema.enum && !schema.enum.includes(value)) {
            return [`${place}: must be one of ${JSON.stringify(schema.enum)}, is ${JSON.stringify(value)}`];
        }
        const found = [];
        if (isObject(value)) {
            for (const name of schema.required ?? []) {
                if (!Object.hasOwn(value, name)) found.push(`${place}: lacks required '${name}'`);
            }
            const properties = schema.properties ?? {};
            const closed = schema.additionalProperties === false ||
                (schema.unevaluatedProperties === false && !schema.anyOf && !schema.allOf);
            for (const [name, member] of Object.entries(value)) {
                if (Object.hasOwn(properties, name)) {
                    found.push(...this.explain(properties[name], member, `${place}/${name}`));
                } else if (closed) {
                    found.push(`${place}: has no property '${name}'`);
                } else if (isObject(schema.additionalProperties)) {
                    found.push(...this.explain(schema.additionalProperties, member, `${place}/${name}`));
                }
            }
        } else if (Array.isArray(value) && isObject(schema.items)) {
            value.forEach((item, i) => found.push(...this.explain(schema.items, item, `${place}/${i}`)));
        }
        return found;
    }

    explainUnion(branches, value, place) {
        const resolved = branches.map((branch) => this.resolve(branch)).flatMap((b) => (b?.anyOf ? b.anyOf : [b]));
        const shapes = resolved.map((branch) => this.resolve(branch)).filter(isObject);
        let meant = shapes.filter((s) => s.type === undefined || [s.type].flat().includes(typeName(value)));
        if (isObject(value)) {
            for (const tag of ['type', 'role']) {
                const tagged = meant.filter((s) => {
                    const rule = this.resolve(s.properties?.[tag]);
                    return rule && Object.hasOwn(value, tag) && (rule.const === value[tag] || rule.enum?.includes(value[tag]));
                });
                if (tagged.length > 0) meant = tagged;
                else if (Object.hasOwn(value, tag) && meant.some((s) => this.resolve(s.properties?.[tag])?.const !== undefined)) {
                    return [`${place}/${tag}: unknown kind ${JSON.stringify(value[tag])}`];
                }
            }
        }
        const explained = meant.map((branch) => this.explain(branch, value, place)).filter((list) => list.length > 0);
        explained.sort((a, b) => a.length - b.length);
        return explained[0] ?? [`${place}: fits none of ${branches.length} allowed forms`];
    }
}
