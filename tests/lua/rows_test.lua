local t = require "harness"
local operations = require "lofty.operations"

--- Every specification says only what lofty.check understands, so that a misspelt key in a row cannot go unnoticed.
t.test("rows are well formed", function()
  local SPEC = {}
  for key in ([[type of fields required not_null min max enum max_length min_items max_items format not_blank alone
    readonly default always hint low_hint note nullable example at_least_one min_fields idle needs overrules in_order
    name field]]):gmatch("%S+") do SPEC[key] = true end
  local ROW = {}
  for key in ("method path params query body reply answers page page_size id codes note name"):gmatch("%S+") do
    ROW[key] = true
  end
  local formats, paging, catalogue = require "lofty.formats", require "lofty.paging", require "lofty.catalogue"

  local function look(spec, where)
    for key in pairs(spec) do t.ok(SPEC[key], where .. " has an unknown key " .. key) end
    t.ok(spec.type, where .. " has no type")
    t.ok(not spec.format or formats[spec.format], where .. " has an unknown format")
    t.ok(not spec.always or spec.default ~= nil, where .. " has no default to send")
    if spec.of then look(spec.of, where .. "[]") end
    for name, field in pairs(spec.fields or {}) do look(field, where .. "." .. name) end
    for _, names in ipairs { spec.at_least_one or {}, spec.idle or {}, spec.in_order or {} } do
      for _, name in ipairs(names) do t.ok(spec.fields[name], where .. ": no field " .. name) end
    end
    for _, rule in ipairs(spec.overrules or {}) do
      t.ok(spec.fields[rule.field], where .. ": no field " .. rule.field)
      for _, name in ipairs(rule.others) do t.ok(spec.fields[name], where .. ": no field " .. name) end
    end
  end

  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    for key in pairs(row) do t.ok(ROW[key], name .. " has an unknown key " .. key) end
    local index = 0
    for what in row.path:gmatch("{(%w+)}") do
      index = index + 1
      t.equal(row.params[index].name, what, name)
      look(row.params[index], name)
    end
    t.equal(index, #(row.params or {}), name)
    t.ok(not row.page or paging[row.page] and row.id, name .. " cannot be paged")
    if row.body then look(row.body, name) end
    for key, spec in pairs(row.query or {}) do look(spec, name .. "." .. key) end
    for _, code in ipairs(row.codes or {}) do t.ok(catalogue.find(code), name .. ": no code " .. code) end
  end
end)

t.finish()
