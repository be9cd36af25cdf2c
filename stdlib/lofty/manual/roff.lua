--- Pages of the manual as man pages, in the macros of man(7).
local M = {}

--- What roff would take for a request or an escape.
local function plain(text)
  text = text:gsub("\\", "\\e"):gsub("-", "\\-"):gsub("'", "\\(aq"):gsub("`", "\\(ga"):gsub("~", "\\(ti")
  return (text:gsub("%^", "\\(ha"):gsub("^%.", "\\&."):gsub("\n%.", "\n\\&."))
end

local function quoted(text)
  return '"' .. plain(text):gsub('"', "\\(dq") .. '"'
end

local function list_text(items)
  local lines, depth = {}, 0
  for _, item in ipairs(items) do
    while depth < item.depth do lines[#lines + 1], depth = ".RS", depth + 1 end
    while depth > item.depth do lines[#lines + 1], depth = ".RE", depth - 1 end
    lines[#lines + 1] = (".TP\n.B %s\n%s"):format(quoted(item.term), plain(item.text))
  end
  for _ = 1, depth do lines[#lines + 1] = ".RE" end
  return table.concat(lines, "\n")
end

--- Lines as they are; an empty one would make roff wonder.
local function code_text(text)
  return plain(text):gsub("\n\n", "\n.sp\n")
end

local RENDER = {
  heading = function(block)
    return block.level == 2 and ".SS " .. quoted(block.text) or ".SH " .. quoted(block.text:upper())
  end,
  text = function(block) return ".PP\n" .. plain(block.text) end,
  code = function(block) return ".PP\n.RS 4\n.nf\n" .. code_text(block.text) .. "\n.fi\n.RE" end,
  list = function(block) return list_text(block.items) end,
}

---@class lofty.manual.ManPage
---@field title string what `man` is asked for, such as "lofty.leads.update"
---@field section string such as "3lofty"
---@field date string such as "2026-03-01"
---@field version string of the program

--- What comes out of blocks that begin below a heading: the paragraph that a heading opens needs no mark of its own.
local function tidy(text)
  return (text:gsub("(\n%.S[HS] [^\n]*)\n%.PP\n", "%1\n"))
end

--- One page as a whole man page.
---@param page lofty.manual.Page
---@param about lofty.manual.ManPage
---@return string
function M.render(page, about)
  local parts = {
    (".TH %s %s %s %s %s"):format(quoted(about.title), quoted(about.section), '"' .. about.date .. '"',
      quoted("loftyrun " .. about.version), quoted("loftyrun")),
    ".nh", ".ad l", ".SH NAME", plain(about.title) .. " \\- " .. plain(page.brief),
  }
  if page.synopsis then parts[#parts + 1] = ".SH SYNOPSIS\n.nf\n" .. plain(page.synopsis) .. "\n.fi" end
  parts[#parts + 1] = ".SH DESCRIPTION"
  for _, block in ipairs(page.blocks) do parts[#parts + 1] = RENDER[block.kind](block) end
  return tidy(table.concat(parts, "\n")) .. "\n"
end

return M
