// A place in the systems that Chinese offices use: WGS 84, GCJ-02, and CGCS2000 in degrees and in
// metres. The shift of GCJ-02 is the published approximation that the program itself uses.
const CHINA_BOX = [72.004, 0.8293, 137.8347, 55.8271];
const KRASOVSKY = { a: 6378245, e2: 0.00669342162296594323 };
const CGCS2000 = { a: 6378137, f: 1 / 298.257222101 };
const RADIAN = Math.PI / 180;

function inChina(lon, lat) {
  const [west, south, east, north] = CHINA_BOX;
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

// A sum of waves: [amplitude, wave length divided by pi] each.
const waves = (at, parts) =>
  parts.reduce((sum, [size, rate]) => sum + size * Math.sin(at * rate * Math.PI), 0);

// Longitude and latitude of a WGS 84 place in GCJ-02; outside China they stay as they are.
function gcj02(lon, lat) {
  if (!inChina(lon, lat)) {
    return [lon, lat];
  }
  const x = lon - 105;
  const y = lat - 35;
  const ripple = waves(x, [[20, 6], [20, 2]]);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
    + (ripple + waves(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]])) * 2 / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
    + (ripple + waves(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]])) * 2 / 3;
  const sine = Math.sin(lat * RADIAN);
  const w = 1 - KRASOVSKY.e2 * sine * sine;
  const perLat = KRASOVSKY.a * (1 - KRASOVSKY.e2) / (w * Math.sqrt(w)) * RADIAN;
  const perLon = KRASOVSKY.a / Math.sqrt(w) * Math.cos(lat * RADIAN) * RADIAN;
  return [lon + east / perLon, lat + north / perLat];
}

// East and north in metres in the 3-degree Gauss-Kruger zone of CGCS2000, with its EPSG code; null
// outside China. Kruger's series in the third flattening, to a millimetre.
function gaussKruger(lon, lat) {
  const [west, south, east, north] = [73.5, 18, 135.1, 53.6];
  if (lon < west || lon > east || lat < south || lat > north) {
    return null;
  }
  const zone = Math.min(Math.max(Math.round(lon / 3), 25), 45);
  const { a, f } = CGCS2000;
  const n = f / (2 - f);
  const e = Math.sqrt(f * (2 - f));
  const radius = a / (1 + n) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [n / 2 - 2 * n ** 2 / 3 + 5 * n ** 3 / 16, 13 * n ** 2 / 48 - 3 * n ** 3 / 5,
    61 * n ** 3 / 240];
  const sine = Math.sin(lat * RADIAN);
  const t = Math.sinh(Math.atanh(sine) - e * Math.atanh(e * sine));
  const across = (lon - zone * 3) * RADIAN;
  const xi = Math.atan2(t, Math.cos(across));
  const eta = Math.atanh(Math.sin(across) / Math.sqrt(1 + t * t));
  let up = xi;
  let right = eta;
  alpha.forEach((part, at) => {
    const twice = 2 * (at + 1);
    up += part * Math.sin(twice * xi) * Math.cosh(twice * eta);
    right += part * Math.cos(twice * xi) * Math.sinh(twice * eta);
  });
  return { east: 500000 + radius * right, north: radius * up, epsg: 4534 + zone - 25 };
}

// The rows of a table of coordinates: system, first and second number.
function coordinateRows({ lng, lat }) {
  const degrees = ([east, north]) => [east.toFixed(6), north.toFixed(6)];
  const plane = gaussKruger(lng, lat);
  const rows = [["WGS 84", ...degrees([lng, lat])]];
  if (inChina(lng, lat)) {
    rows.push(["GCJ-02", ...degrees(gcj02(lng, lat))], ["CGCS2000", ...degrees([lng, lat])]);
  }
  if (plane) {
    rows.push([`EPSG:${plane.epsg}`, plane.east.toFixed(1), plane.north.toFixed(1)]);
  }
  return rows;
}
