--- For the tests of `make api`: a description of a few lines, and a way to read what is made of one.
local M = {}

function M.schema_ref(name) return { ["$ref"] = "#/components/schemas/" .. name } end

function M.reply(schema) return { content = { ["application/json"] = { schema = schema } } } end

local schema_ref, reply = M.schema_ref, M.reply

M.DESCRIPTION = {
  paths = {
    ["/v1.0/things/{thingId}"] = {
      put = {
        parameters = {
          { name = "Authorization", ["in"] = "header", required = true, schema = { type = "string" } },
          { name = "thingId", ["in"] = "path", required = true, schema = { type = "integer", minimum = 1.0 } },
          { name = "mode", ["in"] = "query", required = true, schema = { type = "integer", enum = { "1", "2" } } },
          { name = "limit", ["in"] = "query", schema = { type = "integer", default = 10, maximum = 100 } },
        },
        requestBody = reply(schema_ref("Thing")),
        responses = {
          ["200"] = reply(schema_ref("Thing")),
          ["400"] = { description = "Bad (20012 INVALID_PARAMETER), or no access (20017), SOMETHING_UNHEARD_OF." },
          ["404"] = { description = "404 Not there (TASK_NOT_EXIST)." },
        },
      },
    },
  },
  components = {
    schemas = {
      Thing = {
        type = "object",
        required = { "name" },
        properties = {
          name = { type = "string", maxLength = 30 },
          id = { type = "integer", readOnly = true },
          parts = { type = "array", items = schema_ref("Part") },
          anything = { type = "object" },
        },
      },
      Part = { type = "object", properties = { colour = { type = "string", enum = { "red", "blue" } } } },
    },
  },
}

--- What a generated text gives, with those it requires.
local function run(texts, path)
  local modules = {}
  for other in pairs(texts) do modules[other:gsub("^stdlib/", ""):gsub("%.lua$", ""):gsub("/", ".")] = other end
  local function find(module) return modules[module] and run(texts, modules[module]) or error("no " .. module) end
  return assert(load(texts[path], "=" .. path, "t", setmetatable({ require = find }, { __index = _G })))()
end
M.run = run

return M
