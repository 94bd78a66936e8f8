/* Small questions about GeoJSON shapes in degrees: is a point inside, where does a name stand. */

const polygonsOf = (geometry) => {
  if (geometry?.type === "Polygon") return [geometry.coordinates];
  if (geometry?.type === "MultiPolygon") return geometry.coordinates;
  return [];
};

function inRing([x, y], ring) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [x1, y1] = ring[at];
    const [x2, y2] = ring[before];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** Whether a polygon or multipolygon contains a point `[longitude, latitude]`. */
export function contains(geometry, point) {
  return polygonsOf(geometry).some(
    ([outer, ...holes]) => inRing(point, outer) && !holes.some((hole) => inRing(point, hole)),
  );
}

/** Twice the signed area of a ring and its centroid; degrees, good enough to place a name. */
function centroid(ring) {
  let twice = 0;
  let x = 0;
  let y = 0;
  for (let at = 0; at + 1 < ring.length; at += 1) {
    const cross = ring[at][0] * ring[at + 1][1] - ring[at + 1][0] * ring[at][1];
    twice += cross;
    x += (ring[at][0] + ring[at + 1][0]) * cross;
    y += (ring[at][1] + ring[at + 1][1]) * cross;
  }
  return { twice, point: twice === 0 ? ring[0] : [x / (3 * twice), y / (3 * twice)] };
}

/** Where a name stands: a point itself, or the centroid of the largest part; null for an empty shape. */
export function namePoint(geometry) {
  if (geometry?.type === "Point") return geometry.coordinates;
  const parts = polygonsOf(geometry).map(([outer]) => centroid(outer));
  if (parts.length === 0) return null;
  return parts.reduce((most, part) => (Math.abs(part.twice) > Math.abs(most.twice) ? part : most)).point;
}

/** Of boxes `{left, top, right, bottom}` in order of weight, the indexes of those that cover none before them. */
export function withoutOverlap(boxes) {
  const kept = [];
  boxes.forEach((box, index) => {
    const covers = kept.some((at) => {
      const other = boxes[at];
      return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
    });
    if (!covers) kept.push(index);
  });
  return kept;
}
