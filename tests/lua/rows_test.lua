local t = require "harness"
local operations = require "lofty.operations"

package.path = "runtime/tools/api/?.lua;" .. package.path
local fit = require "fit"

--- Every row says only what lofty.check and lofty.paging understand, so that a misspelt key, or a rule about a field
--- that is not there, cannot go unnoticed. What a specification may say is in the generator's fit.lua.
t.test("rows are well formed", function()
  local ROW = {}
  for key in ([[method path params query body reply answers page page_size id codes note name habits see order rules
    read repeatable once_with done verify text deprecated needs_by_path]]):gmatch("%S+") do ROW[key] = true end
  local paging, catalogue = require "lofty.paging", require "lofty.catalogue"

  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    for key in pairs(row) do t.ok(ROW[key], name .. " has an unknown key " .. key) end
    local index = 0
    for what in row.path:gmatch("{(%w+)}") do
      index = index + 1
      t.equal(row.params[index].name, what, name)
    end
    t.equal(index, #(row.params or {}), name)
    t.ok(not row.page or paging[row.page], name .. " has an unknown way of paging")
    for _, field in ipairs(row.once_with or {}) do t.ok(row.body.fields[field], name .. " has no " .. field) end
    fit.check_row(row, name)
    for _, codes in ipairs { row.codes or {}, row.done or {} } do
      for _, code in ipairs(codes) do t.ok(catalogue.find(code), name .. ": no code " .. code) end
    end
  end
end)

