--- Makes stdlib/lofty/operations/ and stdlib/lofty/replies/ from an OpenAPI description of Lofty's API and the
--- hand-kept overrides.lua: `make api SPEC=openapi.json`, from the top of the project. All files are written, or none.
--- Says which files changed; what changed in them is for git diff to show.
local build = require "build"
local files = require "files"
local lofty = require "lofty"

local RESOURCES = "stdlib/lofty/resources.lua"

local function fail(message)
  io.stderr:write("make api: " .. tostring(message):gsub("\n", "\nmake api: ") .. "\n")
  os.exit(1)
end

local function read_description(path)
  local file, problem = io.open(path, "rb")
  if not file then fail(problem) end
  local text, why = file:read("a")
  file:close()
  if not text then fail(("%s: %s"):format(path, why)) end
  if not text:find("%S") then fail(path .. " is empty") end
  local ok, description = pcall(lofty.json.decode, text)
  if not ok then fail(("%s is no JSON: %s"):format(path, tostring(description):match("lofty%.json%.decode: (.*)$"))) end
  return description
end

--- The resources there are now: the files of those that the description no longer has go.
local function known_resources()
  local chunk = loadfile(RESOURCES, "t") or fail("run this from the top of the project: there is no " .. RESOURCES)
  return chunk()
end

local function run(path)
  local description, known = read_description(path), known_resources()
  local texts = build.texts(description, require "names", require "overrides")
  local changes = files.replace(texts, build.paths(known))
  print(#changes > 0 and table.concat(changes, "\n") or "nothing changed")
end

local ok, problem = pcall(run, arg[1] or fail("give the OpenAPI file: make api SPEC=FILE"))
if not ok then fail(problem) end
