// Lines and rings by the ten thousand on a canvas. Leaflet's own polylines keep an object for each
// point and project all of them anew; here flat arrays are scaled while they are drawn, and what
// is out of sight or smaller than a pixel is passed over. Nobody clicks it.
const Ink = L.Path.extend({
  initialize(world, options) {
    L.setOptions(this, { interactive: false, lineCap: "butt", lineJoin: "bevel", ...options });
    this._world = world;
  },

  _project() {},

  _update() {
    this._pxBounds = this._renderer._bounds;  // drawn whenever anything of the canvas is
  },

  _updatePath() {
    if (!this._renderer._drawing) {
      return;
    }
    const { _ctx: context, _bounds: view } = this._renderer;
    const { xy, ends, boxes } = this._world;
    const size = this._map.options.crs.scale(this._map.getZoom());
    const origin = this._map.getPixelOrigin();
    const [west, north] = [(view.min.x + origin.x) / size, (view.min.y + origin.y) / size];
    const [east, south] = [(view.max.x + origin.x) / size, (view.max.y + origin.y) / size];
    context.beginPath();
    for (let line = 0, at = 0; line < ends.length; line += 1) {
      const box = 4 * line;
      if (boxes[box] > east || boxes[box + 2] < west || boxes[box + 1] > south
        || boxes[box + 3] < north) {
        at = ends[line];
        continue;
      }
      const first = at;
      let lastX = NaN;
      let lastY = NaN;
      for (; at < ends[line]; at += 1) {
        const x = xy[2 * at] * size - origin.x;
        const y = xy[2 * at + 1] * size - origin.y;
        if (at === first) {
          context.moveTo(x, y);
        } else if (at === ends[line] - 1 || Math.abs(x - lastX) + Math.abs(y - lastY) > 1) {
          context.lineTo(x, y);
        } else {
          continue;
        }
        lastX = x;
        lastY = y;
      }
      if (this.options.fill) {
        context.closePath();
      }
    }
    this._renderer._fillStroke(context, this);
  },
});
