-- The program behind `make api`, on descriptions of a few lines.
local t = require "harness"
local sample = require "generator_description"

package.path = "runtime/tools/api/?.lua;" .. package.path
local emit, merge, source, spec = require "emit", require "merge", require "source", require "spec"
local files, fit = require "files", require "fit"

local DESCRIPTION, run = sample.DESCRIPTION, sample.run

t.test("a description becomes rows and specifications", function()
  local operations, schemas = spec.read(DESCRIPTION)
  local operation = operations["PUT /v1.0/things/{thingId}"]
  t.equal(operation.row, {
    method = "PUT",
    path = "/v1.0/things/{thingId}",
    params = { { name = "thingId", type = "integer", min = 1 } },
    query = {
      mode = { type = "integer", enum = { 1, 2 }, required = true },
      limit = { type = "integer", default = 10, max = 100 },
    },
    body = { ref = "Thing" },
    codes = { "INVALID_PARAMETER", "PERMISSION_DENIED", "TASK_NOT_EXIST" },
  })
  t.equal(math.type(operation.row.params[1].min), "integer")
  t.equal(schemas.Thing.fields, {
    name = { type = "string", max_length = 30, required = true },
    id = { type = "integer", readonly = true },
    parts = { type = "array", of = { ref = "Part" } },
    anything = { type = "object" },
  })
end)

local function thing()
  local _, schemas = spec.read(DESCRIPTION)
  return schemas
end

t.test("a change is laid over what the description says", function()
  local schemas = thing()
  merge.schemas(schemas, {
    Thing = {
      why = "seen live",
      fields = {
        name = { max_length = merge.NONE, not_blank = true },
        parts = { min_items = 1 },
        extra = { add = true, type = "string" },
      },
    },
  })
  t.equal(schemas.Thing.fields.name, { type = "string", required = true, not_blank = true })
  t.equal(schemas.Thing.fields.parts, { type = "array", of = { ref = "Part" }, min_items = 1 })
  t.equal(schemas.Thing.fields.extra, { type = "string" })
  t.equal(schemas.Thing.why, nil)
end)

t.test("changing what a name stands for, in one place, leaves the others alone", function()
  local schemas = thing()
  local row = merge.row({ body = { ref = "Thing" } }, { why = "an update", body = {
    fields = { name = { required = merge.NONE } } } }, schemas, "things.update")
  t.equal(row.body.fields.name, { type = "string", max_length = 30 })
  t.equal(schemas.Thing.fields.name.required, true)
end)

t.test("a change that no longer fits is said", function()
  local cases = {
    { { Gone = { why = "x" } }, "Gone: the description has no such schema" },
    { { Thing = { why = "x", fields = { nme = { min = 1 } } } }, "Thing.nme: the description has no such name" },
    { { Thing = { why = "x", fields = { name = { max_length = 30 } } } }, "Thing.name: max_length is what the description says" },
    { { Thing = { why = "x", fields = { name = { add = true, type = "string" } } } }, "so it need not be added" },
    { { Thing = { why = "x", fields = { id = { min = merge.NONE } } } }, "there is no min to take away" },
    { { Thing = { fields = { id = { min = 1 } } } }, "Thing.id: give the reason" },
    { { Thing = { min_fields = 1 } }, "Thing: give the reason" },
  }
  for _, case in ipairs(cases) do
    local ok, message = pcall(merge.schemas, thing(), case[1])
    t.equal(ok, false, case[2])
    t.ok(tostring(message):find(case[2], 1, true), tostring(message))
  end
end)

t.test("what is written reads back as the same", function()
  local value = {
    type = "object",
    fields = { ["end"] = { type = "string", note = 'say "a"' }, list = { type = "array", of = { type = "integer" } },
      long = { type = "string", enum = { ("x"):rep(60), ("y"):rep(60) }, note = "line\nbreak 'and' \"quote\"" } },
    one_of = { { "a", "b", required = true } },
  }
  local text = "return " .. source.render(value, "", 100, function() end)
  t.equal(load(text)(), value)
  for line in text:gmatch("[^\n]+") do t.ok(#line <= 200, line) end
end)

t.test("whole files read back, with what they share", function()
  local row = { method = "PUT", path = "/x", body = { ref = "Thing" } }
  local texts = emit.folder("stdlib/x", "Operations", { a = { one = row }, ["v1.b"] = { two = row } }, thing())
  local shared = run(texts, "stdlib/x/schemas.lua")
  t.equal(shared.thing.fields.parts.of.fields.colour.enum, { "red", "blue" })
  t.equal(run(texts, "stdlib/x/a.lua").one.body, shared.thing)
  t.equal(run(texts, "stdlib/x/v1/b.lua").two.body, shared.thing)
end)

t.test("a specification that cannot be kept is said", function()
  t.ok(pcall(fit.check, { type = "integer", min = 1 }, "x"))
  for spec_, expected in pairs {
    [{ type = "string", min = 1 }] = "min means nothing", [{ type = "string", format = "epoch-ms" }] = "does not suit",
    [{ type = "strng" }] = "no type", [{ type = "string", always = true }] = "no default",
    [{ type = "string", default = 5 }] = "no string", [{ type = "integer", enum = { "1" } }] = "no integer",
  } do
    local ok, message = pcall(fit.check, spec_, "x")
    t.equal(ok, false, expected)
    t.ok(message:find(expected, 1, true), message)
  end
end)

-- Writing ---------------------------------------------------------------------------------------------------------------

local function folder()
  local path = os.tmpname()
  os.remove(path)
  t.ok(os.execute(("mkdir -p '%s'"):format(path)))
  return path
end

local function content(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

t.test("files are written all or not at all, and those of a resource that is gone go", function()
  local top = folder()
  local a, b, away = top .. "/a.lua", top .. "/b.lua", top .. "/missing/c.lua"
  t.equal(files.replace({ [a] = "return 1\n", [b] = "return 2\n" }, { b }), { "wrote " .. a, "wrote " .. b })
  t.equal(files.replace({ [a] = "return 1\n", [b] = "return 2\n" }, {}), {})
  for _, case in ipairs { { { [a] = "return 3\n", [away] = "return 4\n" }, "nothing was changed" },
    { { [a] = "return 3\n", [b] = "return return\n" }, "no Lua" } } do
    local ok, message = pcall(files.replace, case[1], { b })
    t.equal(ok, false)
    t.ok(message:find(case[2], 1, true), message)
    t.equal(content(a), "return 1\n")
    t.equal(content(b), "return 2\n")
    t.equal(content(a .. ".new"), nil)
  end
  t.equal(files.replace({ [a] = "return 3\n" }, { a, b, top .. "/never.lua" }), { "wrote " .. a, "removed " .. b })
  t.equal(content(a), "return 3\n")
  os.remove(a)
  os.remove(top)
end)

--- What `make api` says of a file, and whether it ended well.
local function program(path)
  local command = ("\"$(readlink /proc/$PPID/exe)\" runtime/tools/api/generate.lua '%s' 2>&1 </dev/null; echo $?")
    :format(path)
  local child <close> = assert(io.popen(command))
  local text, status = child:read("a"):match("^(.*)%f[%d](%d+)\n$")
  return text, tonumber(status)
end

t.test("a file that is no description is refused in one line", function()
  local path = os.tmpname()
  for text, expected in pairs {
    [""] = "is empty", ["{"] = "is no JSON: ", ["[]"] = "it has no paths", ["5"] = "it has no paths",
    ['{"paths": {}, "components": {}}'] = "is gone: take it out of names.lua",
  } do
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    local said, status = program(path)
    t.equal(status, 1, text)
    t.ok(said:find("^make api: ") and said:find(expected, 1, true), said)
    t.ok(not said:find("overrides.lua:%d") and not said:find("stack"), said)
  end
  os.remove(path)
  t.ok(program("stdlib"):find("Is a directory", 1, true), (program("stdlib")))
  t.ok(program("no/such/file"):find("no/such/file: No such file", 1, true), (program("no/such/file")))
end)

