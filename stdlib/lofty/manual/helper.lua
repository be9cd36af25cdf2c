--- The manual's page of one safe helper (lofty.helpers).
local Page = require "lofty.manual.page"
local examples = require "lofty.manual.examples"
local values = require "lofty.manual.values"

local M = {}

--- The page of a helper.
---@param helper lofty.Helper
---@return lofty.manual.Page
function M.page(helper)
  local page = Page.new(helper.name, helper.summary)
  page:text(helper.summary):code("lofty." .. helper.usage)
  if helper.habits then page:heading("What it guarantees") end
  for _, sentence in ipairs(helper.habits or {}) do page:text(sentence) end
  if #helper.params > 0 then page:heading("By position"):list(values.positional(helper.params)) end
  if helper.fields and next(helper.fields) then page:heading("Fields (* required)"):list((values.marked(helper.fields))) end
  page:heading("Returns"):text(helper.returns)
  page:heading("Made of"):text(table.concat(helper.uses, ", "))
  if #helper.raises > 0 then page:heading("Codes to branch on"):text(table.concat(helper.raises, ", ")) end
  local example = examples.of(helper.name)
  if example then page:heading("Example"):code(example) end
  return page
end

return M
