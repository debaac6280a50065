// Reads shapes: polygons -> rings -> [lat, lon], as shapes.py writes them.
const STEPS_PER_DEGREE = 100000;

function decode(shape) {
  const bytes = atob(shape);
  let at = 0;
  const next = () => {
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
