--- Every operation takes its valid calls and refuses all that its row gives a way to get wrong, before anything is
--- sent. The valid calls are written by hand (tests/openapi/calls.lua); what is wrong with a call is derived from the
--- row (every_operation_probes.lua). That the rows are what Lofty describes is for tests/openapi/rows.py to prove.
local t = require "harness"
local transport = require "transport"
local lofty_error = require "lofty.error"
local lofty = require "lofty"
local operations = require "lofty.operations"
local probes = require "every_operation_probes"
local checked_call = require "checked_call"

-- What may be sent and deleted has tests of its own (guard_test.lua).
require("lofty.guard").demand = function() return nil end

local HERE = debug.getinfo(1, "S")
package.path = package.path .. ";" .. HERE.source:match("^@(.-)[^/]*$") .. "../openapi/?.lua"
local calls = require "calls"
local context = require("context").sample()

--- lofty.v1.tasks.list for "v1.tasks.list".
local function operation(name)
  local value = lofty
  for part in name:gmatch("[^.]+") do value = value[part] end
  return value
end

--- How many requests a call makes, what it raises, and how a mistake raised at its line begins. The pretend server
--- refuses, so that no reply needs to be made up.
local function attempt(name, arguments)
  transport.reply(function() return { status = 500 } end)
  local line = debug.getinfo(1, "l").currentline + 2
  local _, problem = pcall(function()
    operation(name)(table.unpack(arguments, 1, math.max(arguments.n or 0, #arguments)))
    return nil
  end)
  return #transport.calls, problem, ("%s:%d: %s: "):format(HERE.short_src, line, name)
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local new = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do new[key] = copy(item) end
  return new
end

local function at(value, path, last)
  for index = 1, last do
    if type(value) ~= "table" then return nil end
    value = value[path[index]]
  end
  return value
end

--- The valid calls of each operation, by name, as lists of arguments.
local function valid_calls()
  local by_name = {}
  for _, call in ipairs(calls) do
    local name = call[1]
    by_name[name] = by_name[name] or {}
    table.insert(by_name[name], require("context").arguments(call, context))
  end
  return by_name
end

local valid = valid_calls()

--- The valid call to spoil: one that has the value, or else what the value would be in.
local function base(lists, path)
  for depth = #path, #path - 1, -1 do
    for _, arguments in ipairs(lists) do
      if at(arguments, path, depth) ~= nil then return copy(arguments) end
    end
  end
  local arguments = copy(lists[1])
  arguments[path[1]] = arguments[path[1]] or {}
  return arguments
end

local function spoilt(lists, probe)
  local path = probe.path
  local arguments = base(lists, path)
  arguments.n = math.max(#arguments, path[1])
  local holder = at(arguments, path, #path - 1)
  if type(holder) ~= "table" then return nil end
  local value, last = probe.value, #path
  if type(value) == "function" then
    value = value(holder[path[last]], function(name)
      local inner = table.move(path, 1, last, 1, {})
      inner[last + 1] = name
      return at(base(lists, inner), inner, last + 1)
    end)
  end
  holder[path[last]] = value
  return arguments
end

local function spell(path)
  local parts = {}
  for index, key in ipairs(path) do parts[index] = tostring(key) end
  return table.concat(parts, ".")
end

local counted = { valid = 0 } -- how often each kind of mistake was tried

--- Fails unless the spoilt call raises a text at the line of the call that names what is wrong, and sends nothing.
local function check_probe(name, probe)
  local what = ("%s at %s, given %s"):format(probe.kind, spell(probe.path), t.show(probe.value))
  local arguments = spoilt(valid[name], probe)
  t.ok(arguments, what .. ": no valid call has what it would be in")
  local sent, problem, where = attempt(name, arguments)
  t.equal(sent, 0, what .. ": sent")
  t.equal(type(problem), "string", what .. ": what was raised")
  t.equal(problem:sub(1, #where), where, what .. ": where, in " .. problem)
  t.ok(problem:find(probe.says, 1, true), what .. ": not named in " .. problem)
  t.equal(checked_call.compare(name, arguments, problem:sub(#where - #name - 1)), nil, what)
  counted[probe.kind] = (counted[probe.kind] or 0) + 1
end

--- Whether any valid call has a value at this path.
local function is_sent(lists, path)
  for _, arguments in ipairs(lists) do
    if at(arguments, path, #path) ~= nil then return true end
  end
  return false
end

for _, name in ipairs(operations.names()) do
  t.test(name .. " takes its valid calls", function()
    t.ok(valid[name], "it has none")
    for _, arguments in ipairs(valid[name]) do
      local sent, problem = attempt(name, arguments)
      t.ok(lofty_error.is_error(problem), tostring(problem))
      t.equal(problem.status, 500)
      t.equal(sent, 1)
      t.equal(checked_call.compare(name, arguments), nil)
      counted.valid = counted.valid + 1
    end
  end)

  t.test(name .. " refuses what is wrong", function()
    for _, probe in ipairs(probes.of(operations.find(name))) do
      check_probe(name, probe)
      -- A wrong type is tried for every parameter and field, so all of them must be in some valid call.
      if probe.kind == "type" then
        t.ok(is_sent(valid[name], probe.path), spell(probe.path) .. " is in no valid call")
      end
    end
  end)
end

t.test("every valid call is one of an operation", function()
  for name in pairs(valid) do t.ok(operations.find(name), name .. " is no operation") end
end)

--- What was tried when this was written, roughly: nothing above may pass by having nothing to do.
local AT_LEAST = {
  valid = 145, type = 4000, name = 160, count = 120, missing = 150, range = 160, enum = 100, null = 110, format = 90,
  blank = 80, rule = 50, length = 25, readonly = 20, items = 12,
}

t.test("enough was tried", function()
  t.equal(#operations.names(), 123)
  for kind, least in pairs(AT_LEAST) do
    t.ok((counted[kind] or 0) >= least, ("%s: %d tried, at least %d expected"):format(kind, counted[kind] or 0, least))
  end
end)

