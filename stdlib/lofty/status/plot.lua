--- Plots of the status page, as SVG inside HTML: bars over time, and the last runs of a job as a line of small bars. Each
--- has a title and a description, so that whoever does not see it knows what it shows. What stands at the axes is HTML
--- around it: text inside would shrink with the plot on a phone.
local words = require "lofty.status.words"

local M = {}

local HEIGHT = 100

local html = words.html

--- A number of the plot, in few digits.
local function place(value)
  return (("%.2f"):format(value):gsub("%.?0+$", ""))
end

local function rectangle(x, width, height, below, class)
  if height <= 0 then return "" end
  return ('<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>'):format(class, place(x),
    place(HEIGHT - below - height), place(width), place(height))
end

--- The least number that is easy to read and not below another one.
---@param most integer
---@return integer
function M.ceiling(most)
  local size = 1
  while true do
    for _, step in ipairs { 1, 2, 5 } do
      if step * size >= most then return step * size end
    end
    size = size * 10
  end
end

---@class lofty.status.Bar
---@field [1] integer the part below
---@field [2] integer|nil the part above it

---@class lofty.status.Bars
---@field id string
---@field title string what is shown
---@field desc string what there is to see
---@field bars lofty.status.Bar[]
---@field classes string[] of the parts
---@field ends string[] what stands below, from left to right
---@field unit string of a bar: "events a minute"

--- Bars over time.
---@param plot lofty.status.Bars
---@return string html
function M.bars(plot)
  local most, out = 1, {}
  for _, bar in ipairs(plot.bars) do most = math.max(most, bar[1] + (bar[2] or 0)) end
  local ceiling = M.ceiling(most)
  for index, bar in ipairs(plot.bars) do
    local below = bar[1] * HEIGHT / ceiling
    out[#out + 1] = rectangle(index - 0.9, 0.8, below, 0, plot.classes[1])
    out[#out + 1] = bar[2] and rectangle(index - 0.9, 0.8, bar[2] * HEIGHT / ceiling, below, plot.classes[2]) or ""
  end
  local ends = {}
  for index, text in ipairs(plot.ends) do ends[index] = "<span>" .. html(text) .. "</span>" end
  return ([[<figure class="plot"><div class="scale" aria-hidden="true"><span>%s</span> %s</div>
<svg role="img" aria-labelledby="%s-title %s-desc" viewBox="0 0 %d %d" preserveAspectRatio="none">
<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>
<path class="grid" d="M0 0H%dM0 %dH%dM0 %dH%d"/>%s</svg>
<div class="axis" aria-hidden="true">%s</div></figure>
]]):format(words.count(ceiling), html(plot.unit), plot.id, plot.id, #plot.bars, HEIGHT, plot.id, html(plot.title),
    plot.id, html(plot.desc), #plot.bars, HEIGHT // 2, #plot.bars, HEIGHT, #plot.bars, table.concat(out),
    table.concat(ends))
end

--- What the last runs of a job took, in words.
local function runs_text(runs)
  local count, done, sum, least, most = 0, 0, 0, math.huge, 0
  for _, run in ipairs(runs) do
    if run.state == "done" then done = done + 1 end
    if run.ended then
      local took = run.ended - run.began
      count, sum, least, most = count + 1, sum + took, math.min(least, took), math.max(most, took)
    end
  end
  local text = ("%s, %d done"):format(words.several(#runs, "run"), done)
  if count == 0 then return text end
  return ("%s; %s to %s, %s on average"):format(text, words.length(least), words.length(most),
    words.length(sum // count))
end

--- The last runs of a job, the oldest first: how long each took, and whether it was done.
---@param id string
---@param runs { began: integer, ended: integer|nil, state: string }[] the newest first
---@param now integer
---@param room integer for how many
---@return string html
function M.runs(id, runs, now, room)
  local most, out = 1, {}
  local function took(run) return math.max(1, (run.ended or now) - run.began) end
  for _, run in ipairs(runs) do
    if run.state ~= "died" then most = math.max(most, took(run)) end
  end
  for index, run in ipairs(runs) do
    local class = run.state == "done" and "good" or run.state == "running" and "going" or "bad"
    local height = run.state == "died" and HEIGHT or math.max(12, took(run) * HEIGHT / most)
    out[#out + 1] = rectangle(room - index + 0.1, 0.8, height, 0, class)
  end
  return ([[<svg class="runs" role="img" aria-labelledby="%s-title" viewBox="0 0 %d %d" preserveAspectRatio="none">]]
    .. [[<title id="%s-title">%s</title><path class="grid" d="M0 %dH%d"/>%s</svg>]]):format(id, room, HEIGHT, id,
    html(runs_text(runs)), HEIGHT, room, table.concat(out))
end

return M
