// Reads shapes: polygons -> rings -> [lat, lon], as shapes.py writes them.
const STEPS_PER_DEGREE = 100000;

// The zigzag-coded numbers of a text, one at each call.
function numbersOf(text) {
  const bytes = atob(text);
  let at = 0;
  return () => {
    let code = 0;
    let shift = 0;
    let byte;
    do {
      byte = bytes.charCodeAt(at++);
      code |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return (code >>> 1) ^ -(code & 1);
  };
}

// Whole numbers that came as differences.
function decodeNumbers(text, count) {
  const next = numbersOf(text);
  let value = 0;
  return Int32Array.from({ length: count }, () => {
    value += next();
    return value;
  });
}

function decode(shape) {
  const next = numbersOf(shape);
  const list = (length, item) => Array.from({ length }, item);
  const counts = list(next(), () => list(next(), next));
  let lon = 0;
  let lat = 0;
  const point = () => {
    lon += next();
    lat += next();
    return [lat / STEPS_PER_DEGREE, lon / STEPS_PER_DEGREE];
  };
  return counts.map((rings) => rings.map((points) => list(points, point)));
}

function decodeLines(shape) {
  return decode(shape).flat();
}

// The lines of a shape on the map's square world, 0 to 1 from west and from north, in flat arrays:
// x and y of all points, where each line ends, and its west, north, east, south.
function decodeWorld(shape) {
  const lines = decodeLines(shape);
  const ends = Int32Array.from({ length: lines.length });
  const xy = new Float64Array(2 * lines.reduce((sum, line) => sum + line.length, 0));
  const boxes = new Float64Array(4 * lines.length);
  let end = 0;
  lines.forEach((line, at) => {
    const box = [1, 1, 0, 0];
    for (const [lat, lon] of line) {
      const x = lon / 360 + 0.5;
      const y = 0.5 - Math.atanh(Math.sin(lat * Math.PI / 180)) / (2 * Math.PI);
      xy[2 * end] = x;
      xy[2 * end + 1] = y;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
      end += 1;
    }
    boxes.set(box, 4 * at);
    ends[at] = end;
  });
  return { xy, ends, boxes };
}
