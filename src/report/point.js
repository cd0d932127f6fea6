// Says below a map what became of the pixel under the pointer. The page can be read without it.
(() => {
  const map = JSON.parse(document.getElementById("points").textContent);
  const picture = document.getElementById("pointing");
  const said = document.getElementById("pointed");
  const bytes = Uint8Array.from(atob(map.cells), (c) => c.charCodeAt(0));
  const at = (axis, share) =>
    axis.log ? axis.low * Math.pow(axis.high / axis.low, share) : axis.low + (axis.high - axis.low) * share;
  const short = (number) => Number(number.toPrecision(5)).toString();
  said.textContent = "Point at the map, or touch it, to see what became of a pixel.";
  const show = (event) => {
    const box = picture.getBoundingClientRect();
    // Which of the two pictures is shown is known by its width.
    const place = map.places.find((place) => place.width === picture.naturalWidth) ?? map.places[0];
    const x = ((event.clientX - box.left) / box.width * place.width - place.left) / place.across;
    const y = 1 - ((event.clientY - box.top) / box.height * place.height - place.top) / place.up;
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return;
    const [column, row] = [Math.floor(x * map.columns), Math.floor(y * map.rows)];
    const cell = row * map.columns + column;
    const [fate, low, middle, high] = bytes.subarray(4 * cell, 4 * cell + 4);
    const epoch = low + 256 * middle + 65536 * high;
    const [across, up] = [at(map.x, (column + 0.5) / map.columns), at(map.y, (row + 0.5) / map.rows)];
    const where = `${map.x.name} = ${short(across)}, ${map.y.name} = ${short(up)}`;
    said.textContent = `${where}: ${map.fates[fate]}, ${epoch.toLocaleString("en")} epochs${map.several}`;
  };
  picture.addEventListener("pointermove", show);
  picture.addEventListener("pointerdown", show);
})();
