// What a reader of the page would complain of: words broken inside, texts that overlap or are cut, too little contrast.
"use strict";
const found = { words: 0, broken: [], cut: [], overlapping: [], pale: [], outside: [], width: innerWidth, background: "" };
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, parent = node.parentElement;
  if (parent.closest("script, style, pre") || parent.tagName === "title" || !node.data.trim()) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const box of range.getClientRects()) {
    if (box.width > 0.5) texts.push({ text: node.data.trim(), box });
  }
  if (!parent.closest("svg, .long")) {
    for (const word of node.data.matchAll(/[^\s\/]+\/*/g)) {
      found.words += 1;
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size > 1) found.broken.push(word[0]);
    }
  }
  const contrast = ratio(color(parent), ground(parent));
  if (contrast < 4.5) found.pale.push(`${node.data.trim()} ${contrast.toFixed(1)}`);
}
const wide = document.documentElement.clientWidth;
for (const one of texts) {
  if (one.box.right > wide + 1 || one.box.left < -1) found.cut.push(one.text);
}
for (const element of document.body.querySelectorAll("*")) {
  if (getComputedStyle(element).overflowX !== "visible" && !element.closest("svg") && element.scrollWidth > element.clientWidth + 1) {
    found.cut.push(element.textContent.slice(0, 80));
  }
}
texts.sort((one, other) => one.box.top - other.box.top);
texts.forEach((one, at) => {
  for (let next = at + 1; next < texts.length && texts[next].box.top < one.box.bottom; next += 1) {
    const other = texts[next];
    const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
    const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
    // The boxes of lines touch; letters do not before they share a third of a line.
    if (across > 1 && down > one.box.height / 3) found.overlapping.push(`${one.text} | ${other.text}`);
  }
});
const drawing = document.querySelector("svg.topology");
if (drawing) {
  const frame = drawing.getBoundingClientRect(), boxes = Array.from(drawing.querySelectorAll("rect"), (box) => box.getBoundingClientRect());
  found.boxes = boxes.length;
  for (const text of drawing.querySelectorAll("text")) {
    const box = text.getBoundingClientRect();
    const inside = (outer) => box.left >= outer.left - 1 && box.right <= outer.right + 1 && box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1;
    if (!inside(frame)) found.outside.push(text.textContent);
    if (!text.matches(".label, .heading") && !boxes.some(inside)) found.outside.push(text.textContent);
    if (text.matches(".label") && boxes.some((outer) => box.left < outer.right && box.right > outer.left && box.top < outer.bottom && box.bottom > outer.top)) {
      found.overlapping.push(`${text.textContent} | a box`);
    }
  }
}
found.background = getComputedStyle(document.body).backgroundColor;
found.order = Array.from(document.body.querySelectorAll("h1, p.verdict, ul.reasons, svg, table"), (one) => one.tagName.toLowerCase());
found.top = Object.fromEntries(Array.from(document.body.querySelectorAll("h1, p.verdict, ul.reasons, svg, table"), (one) => [one.tagName.toLowerCase(), one.getBoundingClientRect().top]).reverse());
document.getElementById("measured").textContent = JSON.stringify(found);

function numbers(text) {
  return text.match(/[\d.]+/g).map(Number);
}
function color(element) {
  const style = getComputedStyle(element);
  return numbers(element.closest("svg") ? style.fill : style.color);
}
function ground(element) {
  for (let at = element; at; at = at.parentElement) {
    const parts = numbers(getComputedStyle(at).backgroundColor);
    if (parts.length < 4 || parts[3] > 0) return parts;
  }
  return [255, 255, 255];
}
// https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
function luminance(parts) {
  const [red, green, blue] = parts.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function ratio(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
