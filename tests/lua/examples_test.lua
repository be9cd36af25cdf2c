-- Every example of the manual, as help prints it, in a sandbox of its own: it must run as it stands.
local t = require "harness"
local examples = require "lofty.manual.examples"
local help = require "lofty.help"
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"

local names = operations.names()
for _, helper in ipairs(helpers.list()) do names[#names + 1] = helper.name end

local MOST_LINES, WIDTH = 7, 98

--- What a command writes, its errors included, and whether it ended well.
local function output_of(command)
  local child <close> = assert(io.popen(command .. " 2>&1 </dev/null; echo $?"))
  local text, status = child:read("a"):match("^(.*)%f[%d](%d+)\n$")
  return text, tonumber(status)
end

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The program that runs this test.
local PROGRAM = output_of("readlink /proc/$PPID/exe"):match("^[^\n]+")

--- The lines below "Example", as somebody would copy them from a terminal.
local function printed_example(name)
  local text = assert(help.describe(name)):match("\nExample\n(.-)\n\n") or help.describe(name):match("\nExample\n(.*)$")
  return text and (text:gsub("^  ", ""):gsub("\n  ", "\n"):gsub("\n+$", ""))
end

--- What an example of an operation may call instead: the iterator of a list.
local function is_called(name, example)
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  for _, candidate in ipairs { verb, operations.each_name(verb) } do
    if example:find(("%%f[%%w]lofty%%.%s%%.%s%%f[^%%w_]"):format(resource:gsub("%.", "%%."), candidate)) then
      return true
    end
  end
  return false
end

t.test("every operation and helper has an example that fits a terminal and calls it", function()
  for _, name in ipairs(names) do
    local example = assert(printed_example(name), name .. " has no example")
    t.equal(example, examples.of(name), name)
    t.ok(is_called(name, example), name .. " is not called in its example:\n" .. example)
    local lines = 0
    for line in (example .. "\n"):gmatch("([^\n]*)\n") do
      t.ok(#line <= WIDTH, ("%s: a line of %d columns: %s"):format(name, #line, line))
      lines = lines + 1
    end
    t.ok(lines <= MOST_LINES, ("%s: %d lines"):format(name, lines))
  end
end)

t.test("no example is of something that does not exist", function()
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  for _, resource in ipairs(operations.resources) do
    for verb in pairs(require("lofty.manual.examples." .. resource)) do
      t.ok(known[resource .. "." .. verb], resource .. "." .. verb)
    end
  end
end)

for _, name in ipairs(names) do
  t.test("the example of " .. name .. " runs", function()
    local example = printed_example(name)
    local text, status = output_of(("%s --sandbox -e %s"):format(quoted(PROGRAM), quoted(example)))
    t.equal(status, 0, example .. "\n" .. text)
    t.ok(not text:find("loftyrun:", 1, true), text)
    t.equal(text ~= "", example:find("%f[%w]print%(") ~= nil, "prints something: " .. example .. "\n" .. text)
  end)
end

