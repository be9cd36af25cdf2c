-- The program behind `make api`, on descriptions that changed: what still fits is taken over, what does not is said.
local t = require "harness"
local lofty = require "lofty"
local sample = require "generator_description"

package.path = "runtime/tools/api/?.lua;" .. package.path
local build, merge, spec = require "build", require "merge", require "spec"

local DESCRIPTION, reply, run, schema_ref = sample.DESCRIPTION, sample.reply, sample.run, sample.schema_ref

local function thing()
  local _, schemas = spec.read(DESCRIPTION)
  return schemas
end

local function copied(value)
  if type(value) ~= "table" then return value end
  local same = setmetatable({}, getmetatable(value))
  for key, member in pairs(value) do same[key] = copied(member) end
  return same
end

local NAMES = { ["PUT /v1.0/things/{thingId}"] = "things.update" }

local function overrides(operations, schemas)
  return { operations = operations or {}, schemas = schemas or {}, replies = {}, reply_schemas = {} }
end

--- The texts made of the description after `change`, which is given its operation and its schemas.
local function texts_of(change, names, more)
  local description = copied(DESCRIPTION)
  if change then
    local changed = change(description.paths["/v1.0/things/{thingId}"], description.components.schemas, description)
    if changed then description = changed end
  end
  return build.texts(description, names or NAMES, more or overrides())
end

local UPDATE = "stdlib/lofty/operations/things.lua"

local function row_of(...)
  return run(texts_of(...), UPDATE).update
end

local function refused(expected, ...)
  local ok, message = pcall(texts_of, ...)
  t.equal(ok, false, expected)
  t.ok(tostring(message):find(expected, 1, true), ("%s is not in: %s"):format(expected, tostring(message)))
end

t.test("a description gives the same texts every time, however its names are hashed", function()
  local first = texts_of()
  t.equal(run(first, "stdlib/lofty/resources.lua"), { "things" })
  for _ = 1, 5 do t.equal(texts_of(), first) end
end)

t.test("a change of a schema shows in all that copy it, whatever the order of their names", function()
  for _, name in ipairs { "Aaa", "Zzz" } do
    local schemas = thing()
    schemas[name] = { type = "object", fields = { part = { ref = "Part" } } }
    merge.schemas(schemas, {
      Part = { why = "x", fields = { colour = { not_blank = true } } },
      [name] = { why = "x", fields = { part = { note = "a copy with a note" } } },
    })
    t.equal(schemas[name].fields.part.fields.colour.not_blank, true, name)
  end
end)

t.test("operations that come, go or share a name are said, all at once", function()
  refused("PUT /v1.0/things/{thingId} is new: give it a name in names.lua", nil, {})
  refused("GET /gone (things.gone) is gone: take it out of names.lua and overrides.lua", nil,
    { ["PUT /v1.0/things/{thingId}"] = "things.update", ["GET /gone"] = "things.gone" })
  refused("two operations are called things.update", function(_, _, description)
    description.paths["/x"] = { get = { responses = {} } }
  end, { ["PUT /v1.0/things/{thingId}"] = "things.update", ["GET /x"] = "things.update" })
  refused("there is no operation things.gone", nil, nil, overrides { ["things.gone"] = { note = "x" } })
  local ok, message = pcall(texts_of, nil, nil, overrides({ ["things.gone"] = { note = "x" } },
    { Gone = { why = "x" }, Thing = { why = "x", fields = { size = { min = 1 } } } }))
  t.equal(ok, false)
  t.equal(select(2, message:gsub("\n", "\n")), 2, message)
end)

t.test("an operation without replies is not passed over", function()
  refused("GET /y is new", function(_, _, description) description.paths["/y"] = { get = {} } end)
end)

t.test("what the overrides say no longer fits a type, a name or a list of values", function()
  local function with(changes) return overrides(nil, { Thing = { why = "x", fields = changes } }) end
  local function set(member, value)
    return function(_, schemas) schemas.Thing.properties[member] = value end
  end
  refused("Thing.name: not_blank means nothing for type integer", set("name", { type = "integer" }), nil,
    with { name = { not_blank = true } })
  refused("Thing.id: min means nothing for type string", set("id", { type = "string" }), nil, with { id = { min = 1 } })
  refused("Thing.title: the description has no such name", nil, nil, with { title = { min = 1 } })
  refused("Thing.name: the description lists the values itself",
    set("name", { type = "string", enum = { "a", "b", "c" } }), nil, with { name = { enum = { "a", "b" } } })
  refused("Thing.name: z is none of the values", set("name", { type = "string", enum = { "a", "b" } }), nil,
    with { name = { enum = { "a", "z" }, narrow = true } })
  refused("Thing.name: there is no enum to narrow", nil, nil, with { name = { enum = { "a" }, narrow = true } })
  refused("Thing: in_order speaks of start, which is not there", nil, nil,
    overrides(nil, { Thing = { why = "x", in_order = { "start", "name" } } }))
  refused("Thing: together speaks of nme", nil, nil,
    overrides(nil, { Thing = { why = "x", together = { { field = "name", with = "nme" } } } }))
  refused("things.update: at_least_one speaks of size", nil, nil,
    overrides { ["things.update"] = { why = "x", rules = { at_least_one = { "size" } } } })
  refused("Thing: there is no key min_felds", nil, nil, overrides(nil, { Thing = { why = "x", min_felds = 1 } }))
end)

t.test("a narrowed list of values is the overrides'", function()
  local row = row_of(function(_, schemas) schemas.Thing.properties.name.enum = { "a", "b", "c" } end, nil,
    overrides(nil, { Thing = { why = "x", fields = { name = { enum = { "a", "b" }, narrow = true } } } }))
  t.equal(row.body.fields.name.enum, { "a", "b" })
  t.equal(row.body.fields.name.narrow, nil)
end)

t.test("a grown enumeration, a new field and a new required one are taken over", function()
  local row = row_of(function(methods, schemas)
    schemas.Part.properties.colour.enum = { "red", "blue", "green", lofty.null }
    schemas.Thing.properties.size = { type = "integer", nullable = true }
    schemas.Thing.required = { "name", "size" }
    methods.put.parameters[3].schema.enum = { "1", "2", "4" }
  end)
  t.equal(row.body.fields.parts.of.fields.colour.enum, { "red", "blue", "green" })
  t.equal(row.body.fields.size, { type = "integer", required = true, nullable = true })
  t.equal(row.query.mode.enum, { 1, 2, 4 })
end)

t.test("parameters of a path, shared ones and their order", function()
  local row = row_of(function(methods, _, description)
    description.components.parameters = {
      Limit = { name = "limit", ["in"] = "query", schema = { type = "integer", maximum = 50 } },
    }
    methods.parameters = {
      { name = "thingId", ["in"] = "path", schema = { type = "string" } },
      { name = "limit", ["in"] = "query", schema = { type = "string" } },
      { name = "page", ["in"] = "query", schema = { type = "integer" } },
    }
    methods.put.parameters[4] = { ["$ref"] = "#/components/parameters/Limit" }
  end)
  t.equal(row.params, { { name = "thingId", type = "integer", min = 1 } })
  t.equal(row.query.limit, { type = "integer", max = 50 })
  t.equal(row.query.page, { type = "integer" })

  local function id(name) return { name = name, ["in"] = "path", schema = { type = "integer" } } end
  local names = { ["PUT /v1.0/things/{thingId}"] = "things.update", ["GET /{a}/{b}"] = "things.get" }
  local text = texts_of(function(_, _, description)
    description.paths["/{a}/{b}"] = { get = { parameters = { id "b", id "a" }, responses = {} } }
  end, names)
  local params = run(text, UPDATE).get.params
  t.equal({ params[1].name, params[2].name }, { "a", "b" })
  refused("GET /{a}/{b}: the path has {b}, which is no parameter", function(_, _, description)
    description.paths["/{a}/{b}"] = { get = { parameters = { id "a" } } }
  end, names)
  refused("PUT /v1.0/things/{thingId}: c is a parameter of the path", function(methods)
    table.insert(methods.put.parameters, id "c")
  end)
end)

t.test("allOf, shared bodies and responses, and types that may be null", function()
  local row = row_of(function(methods, schemas, description)
    schemas.Base = { type = "object", required = { "kind" }, properties = { kind = { type = { "string", "null" } } } }
    schemas.Thing.allOf = { schema_ref "Base", { properties = { extra = { allOf = { schema_ref "Part" } } } } }
    description.components.requestBodies = { ThingBody = reply(schema_ref "Thing") }
    description.components.responses = { Bad = { description = "20012" } }
    methods.put.requestBody = { ["$ref"] = "#/components/requestBodies/ThingBody" }
    methods.put.responses["400"] = { ["$ref"] = "#/components/responses/Bad" }
  end)
  t.equal(row.body.fields.kind, { type = "string", required = true })
  t.equal(row.body.fields.name.required, true)
  t.equal(row.body.fields.extra.fields.colour.enum, { "red", "blue" })
  t.equal(row.codes, { "INVALID_PARAMETER", "TASK_NOT_EXIST" })
end)

t.test("what a call gives is read from the reply of success, whatever its number, and from its JSON", function()
  local list = { type = "object", properties = { items = { type = "array", items = { type = "string" } } } }
  local row = row_of(function(methods)
    local answer = reply(list)
    answer.content["application/xml"], answer.content["a/b"] = { schema = { type = "string" } }, { schema = {} }
    methods.put.responses = { ["201"] = answer, ["404"] = {} }
  end)
  t.equal(row.reply, "items")
  t.equal(row.text, nil)
end)

t.test("what is not understood is said with its place", function()
  local function property(value)
    return function(_, schemas) schemas.Thing.properties.name = value end
  end
  refused("Thing: oneOf and anyOf are not understood", property { oneOf = { { type = "string" } } })
  refused("Thing: the type file is not understood", property { type = "file" })
  refused("Thing: a value of several types (string, integer)", property { type = { "string", "integer" } })
  refused("Thing: #/components/schemas/Gone is not there", property(schema_ref "Gone"))
  refused("Thing: other.json#/X is not inside the description", property { ["$ref"] = "other.json#/X" })
  refused("Thing: the enumeration of integer has many", property { type = "integer", enum = { "1", "many" } })
  refused("schema Thing contains itself", property(schema_ref "Thing"))
  refused("schemas P.art and Part would both be called part", function(_, schemas) schemas["P.art"] = schemas.Part end)
  refused("PUT /v1.0/things/{thingId}: there is no schema", function(methods)
    methods.put.parameters[3].schema = nil
  end)
  refused("this is no OpenAPI description", function() return { openapi = "3.0.1" } end)
  refused("PUT /v1.0/things/{thingId}: #/components/schemas/Thing is not there", function(_, _, description)
    description.components = nil
  end)
end)

t.test("names that are words of Lua, and defaults of another type", function()
  local row = row_of(function(_, schemas)
    local properties = schemas.Thing.properties
    for _, word in ipairs { "end", "local", "function", "not", "ref", "fields", "a-b" } do
      properties[word] = { type = "integer", default = "many" }
    end
    properties.limit = { type = "integer", default = "20" }
    properties.flag = { type = "boolean", default = "false" }
    schemas.End = { type = "object", properties = { least = { type = "integer", minimum = math.mininteger } } }
    properties.part = schema_ref "End"
  end)
  for _, word in ipairs { "end", "local", "function", "not", "ref", "fields", "a-b" } do
    t.equal(row.body.fields[word], { type = "integer" }, word)
  end
  t.equal(row.body.fields.limit.default, 20)
  t.equal(row.body.fields.flag.default, false)
  t.equal(math.type(row.body.fields.part.fields.least.min), "integer")
end)

